"""Lines for the options that no help shows: the manual prints them below a command, a test runs them.

Every option of every command stands in a help's example or here, and what stands here is an option.
"""

from __future__ import annotations

__all__ = ["BEFORE", "MORE", "RULES"]

RULES = """\
[facts]
hours_worked = { kind = "figure", type = "decimal(9,2)" }

[[contribution]]
id = "voucher"
class = "voucher"
unit = "EUR"
from = ["employer"]
earmarks = ["kind"]
use_by = "allowed"
"""
"""What the scheme that the lines run in has besides."""

_COURSE = (
    "ilactl organisation add --id O1 --kind employer --name 'Baltic Timber'",
    "ilactl organisation add --id O3 --kind provider --name 'Open Academy' --quality-label EQAVET",
    "ilactl course add --id C1 --provider O3 --kind training --title Welding --price 600.00 --unit EUR",
    "ilactl course run add C1 --id R1 --starts 2027-01-12 --ends 2027-03-12",
    "ilactl course run add C1 --id R2 --starts 2027-02-15 --ends 2027-04-15",
    "ilactl course relevance add course:C1 --evidence 'shortage list 2026'",
    "ilactl contribution add P1 800.00 --from O1 --ref PAY-1",
)
_ENROLLED = (*_COURSE, "ilactl enrol P1 C1/R1 --yes --consent 'signed the form'")
_TWO = (*_ENROLLED, "ilactl enrol P2 C1/R1 --yes --consent 'signed the form'")
_STARTED = (*_ENROLLED, "ilactl enrolment start P1/C1")
_COMPLETED = (*_STARTED, "ilactl enrolment complete P1/C1 --attendance 1 --result pass")
_KEY = ("ilactl credential key new keys/agency.pem",)
_TAUGHT = (
    "ilactl organisation add --id O3 --kind provider --name 'Open Academy' --quality-label EQAVET",
    "ilactl course add --id C1 --provider O3 --kind training --title Welding --price 600.00 --unit EUR"
    " --level 4 --hours 40 --assessment 'Practical test' --quality-assurance EQAVET --language en",
    "ilactl course run add C1 --id R1 --starts 2027-01-12 --ends 2027-03-12 --mode on_site",
    "ilactl course outcome add C1 --kind skill --text 'Welds sheet steel'",
    "ilactl course relevance add course:C1 --evidence 'shortage list 2026'",
    "ilactl organisation add --id O1 --kind employer --name 'Baltic Timber'",
    "ilactl contribution add P1 800.00 --from O1 --ref PAY-1",
    "printf 'Ona Petraitytė' | ilactl person update P1 --name -",
    "ilactl enrol P1 C1/R1 --yes --consent 'signed the form'",
    "ilactl enrolment start P1/C1",
    "ilactl enrolment complete P1/C1 --attendance 1 --result pass",
    *_KEY,
)
_CERTIFIED = (*_TAUGHT, "ilactl credential issue P1/C1 --sign-with keys/agency.pem")

BEFORE: dict[str, tuple[str, ...]] = {
    "ilactl enrol": _COURSE,
    "ilactl enrolment start": _ENROLLED,
    "ilactl enrolment attend": _STARTED,
    "ilactl enrolment complete": _STARTED,
    "ilactl enrolment certify": _COMPLETED,
    "ilactl enrolment cancel": _TWO,
    "ilactl enrolment move": _ENROLLED,
    "ilactl enrolment reclaim": _COMPLETED,
    "ilactl enrolment show": _ENROLLED,
    "ilactl enrolment list": _ENROLLED,
    "ilactl enrolment find": _ENROLLED,
    "ilactl enrolment decline": _COURSE,
    "ilactl enrolment reasons": _COURSE,
    "ilactl enrolment import": _COURSE,
    "ilactl enrolment": _ENROLLED,
    "ilactl credential issue": _TAUGHT,
    "ilactl credential show": _CERTIFIED,
    "ilactl credential list": _CERTIFIED,
    "ilactl credential revoke": _CERTIFIED,
    "ilactl credential suspend": _CERTIFIED,
    "ilactl credential reinstate": _CERTIFIED,
    "ilactl credential publish": _CERTIFIED,
    "ilactl credential export": _CERTIFIED,
    "ilactl credential recognise": _CERTIFIED,
    "ilactl credential stack": _CERTIFIED,
    "ilactl credential import": _COURSE,
    "ilactl credential discard": (
        *_COURSE,
        "ilactl credential import sample-data/badges/networks.json --person P1 --course C1"
        " --trust sample-data/badges/trust.txt",
    ),
    "ilactl credential key retire": _KEY,
    "ilactl credential key list": _KEY,
}
"""What has to be there before a command's examples are of any use: lines that stand in no manual."""

MORE: dict[str, tuple[str, ...]] = {
    "ilactl init": ("ilactl init both --unit EUR --unit hour:0 --shared",),
    "ilactl balance": ("ilactl balance --by unit -q --on 2026-12-31", "ilactl balance P1 -v -O plain"),
    "ilactl undo": ('ilactl undo 148 --why "the file of another agency" --allow-large 1000 --yes',),
    "ilactl person add": (
        "ilactl person add --id P4 --contact ona@example.org --external-id HR-4 --key form-81",
        "ilactl person add --id P5 --figure hours_worked=803.5 --span 2026 --source O1",
    ),
    "ilactl person update": (
        "ilactl person add --id P6 --lock-wait 60",
        "echo 'Ona Petraitytė' | ilactl person update P6 --name - --birth-date 1990-03-14",
        "ilactl person update P6 --contact ona@example.org --external-id HR-6",
        "ilactl person update P6 --figure hours_worked=1607 --span 2026 --source O1",
    ),
    "ilactl person import": (
        r"printf 'person,region\nP7,Vilnius\n' | ilactl person import - --from 2026-01-01",
        r"printf 'person,figure,from,to,value\nP7,hours_worked,2026-01-01,2026-12-31,1607\n'"
        " | ilactl person import - --expect-total 1607",
    ),
    "ilactl person list": ("ilactl person list --employer O1 --group carers --names",),
    "ilactl person erase": (
        "ilactl person add --id P92",
        "ilactl person erase P92 --why request --leave-wallet --certificate certificate.json --yes",
    ),
    "ilactl person merge": ("ilactl person merge --candidates --at-least 20",),
    "ilactl person transfer out": (
        "ilactl person add --id P8 --set region=Vilnius",
        "ilactl person transfer out P8 --to LT --file P8.json --why moved --sensitive -n  # exit 3",
    ),
    "ilactl person transfer in": (
        "ilactl person transfer in P9.json --why moved --as P9 --class own=own  # exit 66",
    ),
    "ilactl organisation add": (
        "ilactl organisation add --id O3 --kind provider --name Academy --register-no 4711"
        " --contact office@academy.example --quality-label EQAVET --label-issuer 'Quality Council'"
        " --label-from 2024-01-01 --label-until 2028-12-31 --from 2024-01-01 --suspend 'not open yet'",
        "ilactl organisation add --id O5 --kind provider --name 'Evening School' --lift-suspension",
    ),
    "ilactl organisation update": (
        "ilactl organisation add --id O4 --kind employer --name Timber",
        "ilactl organisation update O4 --kind employer --kind provider --name 'Baltic Timber' --country LT"
        " --register-no 4712 --quality-label EQAVET --label-from 2026-01-01 --label-until 2029-12-31",
        "ilactl organisation update O4 --iban 'DE89 3704 0044 0532 0130 00'",
    ),
    "ilactl organisation import": (
        r"printf 'organisation,kinds,name\nO9,employer,Timber\n' | ilactl organisation import - "
        "--from 2026-01-01",
    ),
    "ilactl course add": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding --cycle short --ects 2.5"
        " --price 400.00 --eligible 350.00 --language en --assessment 'a test piece' --from 2026-01-01"
        " --quality-assurance EQAVET --prerequisites 'good eyes'",
        "ilactl course add --provider O3 --kind training --title 'Welding 1' --part-of C1",
        "ilactl course add --provider O3 --kind training --title Driving --set licence=true  # exit 2",
    ),
    "ilactl course update": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        "ilactl course update C1 --title 'Welding of steel' --title-in sv=Svetsning --provider O3 --kind exam"
        " --level 4 --cycle short --field 0715 --ects 2.5 --hours 60 --price 400.00 --eligible 350.00"
        " --unit EUR --language en --assessment 'a test piece' --quality-assurance EQAVET"
        " --prerequisites 'good eyes'",
        "ilactl course update C1 --part-of C7  # exit 2",
        "ilactl course update C1 --set licence=true  # exit 2",
    ),
    "ilactl course import": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        r"printf 'Code;Kurs\nC5;Schweissen\n' > list.csv",
        r"printf '[file]\ndelimiter = \";\"\n[columns]\ncourse = \"Code\"\ntitle = \"Kurs\"\n"
        r"kind = { value = \"training\" }\nprovider = { value = \"O3\" }\n' > list.toml",
        "ilactl course import list.csv --map list.toml --expect-rows 1 --from 2026-01-01",
    ),
    "ilactl course find": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding --level 4 --language en"
        " --price 400.00",
        "ilactl course find --level 4 --kind training --language en --provider O3 --max-price 500 --limit 5",
        "ilactl course find welding --in-demand  # exit 66",
        "ilactl course find --field 061 --affordable-by 2027-06-30 --person P1  # exit 66",
    ),
    "ilactl course run add": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        "ilactl course run add C1 --time-of-day evening --place Vilnius --language lt --apply-from 2026-12-01"
        " --apply-until 2027-01-15 --price 450.00 --unit EUR --from 2026-01-01",
    ),
    "ilactl course run update": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        "ilactl course run add C1",
        "ilactl course run update C1/R1 --starts 2027-02-01 --ends 2027-03-26 --pace 0.5 --mode on_site"
        " --time-of-day evening --place Vilnius --language lt --apply-from 2026-12-01 --price 450.00"
        " --unit EUR --from 2026-12-01",
    ),
    "ilactl course run import": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        r"printf 'Kurs,Nr,Tempo\nC1,R1,50\n' > runs.csv",
        r"printf '[columns]\ncourse = \"Kurs\"\nrun = \"Nr\"\n"
        r"pace = { header = \"Tempo\", units = { \"\" = \"0.01\" } }\n' > runs.toml",
        "ilactl course run import runs.csv --map runs.toml --expect-rows 1 --from 2026-01-01",
    ),
    "ilactl course outcome add": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        "ilactl course outcome add C1 --kind skill --text 'Welds a seam' --from 2026-01-01"
        " --uri http://data.europa.eu/esco/skill/0a1b",
    ),
    "ilactl course outcome import": (
        "ilactl organisation add --id O3 --kind provider --name Academy",
        "ilactl course add --id C1 --provider O3 --kind training --title Welding",
        r"printf 'Kurs,Ergebnis\nC1,Schweissen\n' > outcomes.csv",
        r"printf '[columns]\ncourse = \"Kurs\"\ntext = \"Ergebnis\"\nkind = { value = \"skill\" }\n'"
        " > outcomes.toml",
        "ilactl course outcome import outcomes.csv --map outcomes.toml --expect-rows 1 --from 2026-01-01",
    ),
    "ilactl course relevance import": (
        r"printf 'Feld,Gefragt\n06,ja\n10,nein\n' > demand.csv",
        r"printf '[columns]\nabout = { header = \"Feld\", prefix = \"field:\" }\n"
        r"evidence = { value = \"shortage list\" }\n[only]\nGefragt = [\"ja\"]\n' > demand.toml",
        "ilactl course relevance import demand.csv --map demand.toml --expect-rows 2 --from 2026-01-01",
    ),
    "ilactl contribution add": (
        "ilactl contribution add P1 50.00 --from O1 --ref PAY-7 --unit EUR --rule employer",
        "ilactl contribution add P1 50.00 --from O1 --ref PAY-8 --rule voucher"
        " --earmark kind:training --use-by 2027-12-31",
    ),
    "ilactl contribution import": (
        r"printf 'person,amount,ref\nP1,80.00,PAY-9\n' | ilactl contribution import - --from O1"
        " --rule employer --expect-rows 1 --expect-total '80.00 EUR' --allow-large 10",
    ),
    "ilactl enrol": ("ilactl enrol P1 C1/R1 --prepaid 50.00 --rule course --channel in_person -n",),
    "ilactl topup": ("ilactl topup --on 2027-01-01 --period 2026 --allow-large 1000 --yes",),
    "ilactl settle": (
        "mkdir lists && ilactl settle --on 2027-01-01 --provider O22 --to lists --allow-large 1000 --yes",
        "ilactl settle --again 12 --to lists  # exit 66",
        r"printf 'reference,reason\nS12-O22,AC04\n' | ilactl settle --returned - -n  # exit 65",
        r"printf 'Verwendungszweck;Grund;Betrag\nS12-O22;AC04;1.250,00\n' | "
        "ilactl settle --returned - --map sample-data/mappings/returns.toml -n  # exit 65",
    ),
    "ilactl expire": ("ilactl expire --person P1 --allow-large 10 --yes",),
}
"""By command. `# exit 3` marks a line that ends with another status than 0."""
