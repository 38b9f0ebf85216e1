"""`credential export` and `recognise`: files outside the ledger, made from what was signed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from ilactl.credentials.baking import unbake
from ilactl.credentials.told import elements_told
from ilactl.ledger.credentials import all_credentials
from tests.credentials.conftest import Agency

FORMS = {"ob3": "json", "png": "png", "svg": "svg", "html": "html", "pdf": "pdf", "elm": "elm.json"}


@pytest.fixture
def name(issued: Agency) -> str:
    return issued.path().stem


def export(agency: Agency, what: str, form: str, *more: str) -> Path:
    agency("credential", "export", what, "--format", form, *more).ok()
    ending = FORMS.get(form, "zip")
    return agency.folder / (f"{what}-credentials.zip" if form == "wallet" else f"{what}.{ending}")


def test_every_form_is_made_again_to_the_byte_for_its_owner_alone(issued: Agency, name: str) -> None:
    for form in FORMS:
        place = export(issued, name, form)
        first = place.read_bytes()
        assert place.stat().st_mode & 0o777 == 0o600
        assert export(issued, name, form).read_bytes() == first
    assert (issued.folder / f"{name}.json").read_bytes() == issued.path().read_bytes()


def test_a_badge_is_verified_on_another_machine(issued: Agency, name: str) -> None:
    for form in ("png", "svg"):
        place = export(issued, name, form)
        assert unbake(place.read_bytes()) == issued.path().read_bytes()
        found = issued.outside("credential", "verify", place, "--trust", issued.did)
        assert found.code == 0, found.err
    picture = io.BytesIO((issued.folder / f"{name}.png").read_bytes())
    assert Image.open(picture).size == (800, 800)


def test_what_is_told_is_what_was_issued(issued: Agency, name: str) -> None:
    told = elements_told(issued.document())
    assert told.title == "Networks for small offices"
    assert told.titles["lt"] == "Mažų biurų tinklai"
    assert (told.country.label, told.awarding_body.name) == ("Belgium", "Upės technologijų mokymo centras")
    assert told.eqf is not None
    assert (told.hours, told.eqf.code, told.grade) == (36, "4", "passed")
    assert len(told.outcomes) == 2
    assert told.stacks_to is not None
    assert told.participation.uri.endswith("9191af2ed9")
    page = export(issued, name, "html", "--language", "lt").read_text()
    assert "Mažų biurų tinklai" in page
    assert "Įskaityta" in page


def test_a_stranger_who_tells_little_has_a_certificate_that_says_little() -> None:
    for document in ({}, {"credentialSubject": [{"achievement": {"alignment": "x"}}], "issuer": "did:x"}):
        told = elements_told(document)
        assert told.outcomes == ()
        assert told.quality == ()


def test_nothing_is_written_over_or_through_a_link_or_into_the_ledger(issued: Agency, name: str) -> None:
    (issued.folder / "mine.pdf").write_text("mine")
    (issued.folder / "link.pdf").symlink_to(issued.folder / "elsewhere.pdf")
    for place in ("mine.pdf", "link.pdf", "ledger/x.pdf"):
        assert issued("credential", "export", name, "--format", "html", "--to", place).code in (
            1,
            2,
            3,
            66,
            74,
        )
    assert (issued.folder / "mine.pdf").read_text() == "mine"
    assert not (issued.folder / "elsewhere.pdf").exists()
    assert not (issued.ledger / "x.pdf").exists()
    missing = issued("credential", "export", name, "--format", "html", "--to", "no/where.pdf")
    assert missing.code == 66


def test_no_badge_and_no_certificate_is_made_of_a_revoked_one(issued: Agency, name: str) -> None:
    issued("credential", "revoke", name, "--reason", "wrong result", "--yes").ok()
    for form in ("png", "html", "elm"):
        found = issued("credential", "export", name, "--format", form)
        assert found.code == 3
        assert "revoked" in found.err
    assert export(issued, name, "ob3").is_file()
    person = issued.document()  # the archive has nothing to hold
    assert person
    holder = json.loads(issued("credential", "show", name, "-O", "json").ok().out)["person"]
    assert issued("credential", "export", holder, "--format", "wallet").code == 3


def test_nothing_is_made_of_a_document_that_somebody_edited(issued: Agency, name: str) -> None:
    path = issued.path(name)
    copy = path.read_bytes()
    path.write_bytes(copy.replace(b'"passed"', b'"excellent"'))
    person = all_credentials(issued.snapshot())[0].person
    for what, form in ((name, "pdf"), (name, "ob3"), (name, "elm"), (person, "wallet")):
        refused = issued("credential", "export", what, "--format", form, "--to", issued.folder)
        assert (refused.code, "not the document that was signed" in refused.err) == (3, True), refused.err
    said = issued("credential", "verify", "-", stdin=copy).ok()
    assert "whose document is no longer there" in said.out


def test_the_archive_holds_a_page_and_the_files_it_links_to(issued: Agency, name: str) -> None:
    holder = json.loads(issued("credential", "show", name, "-O", "json").ok().out)["person"]
    data = export(issued, holder, "wallet").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        index = archive.read("index.html").decode()
        assert archive.read(f"{name}/credential.json") == issued.path().read_bytes()
    assert names[0] == "index.html"
    assert all(f'href="{one}"' in index for one in names[1:])
    assert len(names) == 5
    (issued.folder / f"{holder}-credentials.zip").unlink()
    assert export(issued, holder, "wallet").read_bytes() == data


def test_a_name_that_no_font_shows_is_said_and_never_drawn_as_boxes(keyed: Agency) -> None:
    due = keyed.due()[0]
    keyed("person", "update", due.person, "--name", "-", stdin="王小明\n").ok()
    keyed.issue(due.id).ok()
    name = all_credentials(keyed.snapshot())[0].id
    found = keyed("credential", "export", name, "--format", "pdf")
    assert found.code == 3
    assert "王小明" in found.err
    assert "--font" in found.err
    page = keyed("credential", "export", name, "--format", "html").ok()
    assert "王小明" in page.err
    assert keyed("credential", "export", name, "--format", "png").code == 0


def test_the_unsealed_european_credential_is_said_to_be_unsealed(issued: Agency, name: str) -> None:
    found = issued("credential", "export", name, "--format", "elm").ok()
    assert "not sealed" in found.err
    help_text = issued("credential", "export", "--help").ok().out
    assert "not signed" in " ".join(help_text.split())


def test_recognition_stands_on_the_page_in_show_and_in_the_count(issued: Agency, name: str) -> None:
    words = ("--by", "O1", "--as", "first module of the technician's training")
    recognise = ("credential", "recognise", name, *words)
    assert "dry run" in issued(*recognise, "-n").ok().out
    before = issued("credential", "list", "--recognised").ok().out
    issued(*recognise, "--note", "L-7").ok()
    again = issued(*recognise, "-v").ok()
    assert "recorded already" in again.out
    assert "L-7" in issued("credential", "show", name).ok().out
    rows = json.loads(issued("credential", "list", "--recognised", "-O", "json").ok().out)["rows"]
    assert [(row["by"], row["credentials"], row["people"]) for row in rows] == [("O1", 1, 1)]
    assert "nobody" in before
    page = export(issued, name, "html").read_text()
    assert "Northbank Shipyard" in page
    assert issued("check").code == 0


def test_what_does_not_stand_is_not_recognised(issued: Agency, name: str) -> None:
    words = ("--as", "a module")
    assert issued("credential", "recognise", name, "--by", "NOBODY", *words).code == 66
    assert issued("credential", "recognise", name, "--by", "O1", "--as", "").code == 2
    issued("credential", "suspend", name, "--reason", "appeal", "--yes").ok()
    found = issued("credential", "recognise", name, "--by", "O1", *words)
    assert found.code == 3
    assert "suspended" in found.err
