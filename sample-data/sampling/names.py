"""Names of people and organisations that do not exist, in many languages and scripts."""

from __future__ import annotations

__all__ = ["EMPLOYERS", "PEOPLE", "QUOTED"]

PEOPLE: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...] = (
    # given names, family names, family name first
    (
        ("Rūta", "Žygimantas", "Eglė", "Šarūnas", "Ąžuolas"),
        ("Žemaitytė", "Ožkinis", "Baltrūnas", "Čiurlys"),
        False,
    ),
    (("Łucja", "Zbigniew", "Małgorzata", "Świętosław"), ("Dąbrówka", "Żółkiewicz", "Brzęczysław"), False),
    (("Jürgen", "Käthe", "Björn", "Friederike"), ("Größmann", "Müllershausen", "Weißdorn"), False),
    (("Maëlle", "Loïc", "Zoé", "François-Xavier"), ("Lefèvrier", "d'Aubrac", "Châtelun"), False),
    (("João", "Conceição", "Inês", "Tomé"), ("Guimarãesto", "Falcão Brito", "Assunção"), False),
    (("Begoña", "Íñigo", "Nuria", "Santi"), ("Ibáñuelo", "Muñagorri", "de la Peñuela"), False),
    (("Αριάδνη", "Λεωνίδας", "Ευγενία", "Θάνος"), ("Παπαλευκάδη", "Καραβίτης", "Ξυλουράκη"), False),
    (("Цветелина", "Борислав", "Йоана", "Радой"), ("Пеевска", "Кърджилов", "Ябълкова"), False),
    (("Оксана", "Тарас", "Їжакина", "Євген"), ("Гайдаренко", "Щербаківна", "Журавлюк"), False),
    (("ليلى", "يوسف", "هدى", "طارق"), ("الزيتوني", "بن عاشور", "الحكيمي"), False),
    (("נועה", "איתמר", "שירה"), ("בן־ארזי", "תמרוני", "לבנוני"), False),
    (("Gülşah", "Çağrı", "İpek", "Ömer"), ("Yağmuroğlu", "Şahinbey", "Öztürkmen"), False),
    (("Thị Hằng", "Văn Đức", "Ngọc Ánh"), ("Nguyễnh", "Trầnh", "Đặngh"), True),
    (("Ágnes", "Győző", "Enikő", "Ödön"), ("Szűcsök", "Kőfaragó", "Fehérváry"), True),
    (("Žofie", "Jiří", "Růžena", "Kryštof"), ("Řeháčková", "Hřebíček", "Vondráčkůk"), False),
    (("Þórdís", "Guðmundur", "Æsa"), ("Hallsteinsdóttir", "Ragnarsbur", "Ísólfsson"), False),
    (("Väinö", "Päivi", "Jyrki", "Aino"), ("Hämälästö", "Yli-Mäkelä", "Kärppä"), False),
    (("Siobhán", "Pádraig", "Gráinne"), ("Ó Súilleagáin", "O'Shaughnan", "Nic Dhonncha"), False),
    (("Ġorġa", "Ċensa", "Żaren"), ("Buttiġieġa", "Ħaxxeni", "Xuerebi"), False),
    (("आरती", "विक्रम", "मीरा"), ("शर्मावत", "जोशीकर", "पटवर्धनी"), False),
    (("ნინო", "გიორგი", "თამარ"), ("ბერიშვილიძე", "ყიფიანური"), False),
    (("Անահիտ", "Տիգրան", "Շուշան"), ("Խաչատուրենց", "Ղազարունի"), False),
    (("秀蓮", "志遠", "美玲"), ("欧陽", "諸葛", "慕容"), True),
    (("さくら", "ハルト", "陽菜"), ("山之内", "小鳥遊", "五十嵐"), True),
    (("서연", "도윤", "하은"), ("남궁", "독고", "선우"), True),
    (("ሰላም", "ዳዊት", "ብርቱካን"), ("ተስፋዬነህ", "ወልደሃና"), False),
    (("Ayaan", "Hodan", "Warsame"), ("Xuseenow", "Cabdiraxmo"), False),
    (("Ștefania", "Ionuț", "Ancuța"), ("Brâncușel", "Țăranuș", "Dumitrașcu"), False),
    (("Jānis", "Ķelpe", "Ilzīte"), ("Bērziņkalns", "Ozoliņte"), False),
    (("Ülle", "Õnne", "Tõnis"), ("Jõgevalt", "Põldmäe"), False),
    (("Željka", "Đurđica", "Hrvoje"), ("Šimićević", "Ćosićan"), False),
    (("Åsa", "Örjan", "Göran", "Märta"), ("Sjöström-Ek", "Ängsborg"), False),
    (("Joris", "Anneke", "Thijs"), ("van der Meerlo", "'t Hooftman", "IJsselstein"), False),
    (("Anaïs", "Bo", "Kim", "Sam"), ("Example", "Placeholder", "Specimen"), False),
)
"""By language: given names, family names, and whether the family name comes first."""

QUOTED = ('Ferreira, jr., Duarte "Dudu"', 'Novotná, Eliška "Líza"')
"""Names that a CSV cell must quote."""

EMPLOYERS = (
    ("Northbank Shipyard", "NB-100201"),
    ("Brötchen & Söhne Bakery", "NB-100348"),
    ("Lagūna Textile Works", "NB-100512"),
    ("Rivermouth General Hospital", "NB-100677"),
    ("Kaffee-Kontor Üxküll", "NB-101003"),
    ("Ateliers du Phare", "NB-101220"),
    ("Żagiel Logistics", "NB-101388"),
    ("Delta Wind Cooperative", "NB-101542"),
    ("Ελαιώνας Foods", "NB-101799"),
    ("Old Mill Care Homes", "NB-102014"),
    ("Stadtwerke Rivermouth", "NB-102255"),
    ("Harbour View Hotels", "NB-102631"),
)
"""Name and number in the public register."""
