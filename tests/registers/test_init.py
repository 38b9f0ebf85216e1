"""`ilactl init`: a ledger that runs as it is made."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ilactl.errors import AlreadyThere
from ilactl.ledger import sample
from ilactl.ledger.columns import TABLES


def test_a_new_ledger_is_in_order(tmp_path: Path, invoke):
    invoke("init", tmp_path / "new").ok()
    ledger = tmp_path / "new"
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o700
    for table in TABLES:
        assert (ledger / table.file).read_text() == table.header + "\n"
        assert stat.S_IMODE((ledger / table.file).stat().st_mode) == 0o600
    assert "identities.csv\n" in (ledger / ".gitignore").read_text()
    assert invoke("--ledger", ledger, "check", "--tier", "all").ok().err == ""


def test_the_settings_are_written(tmp_path: Path, invoke):
    options = ("--name", 'The "Agency", Š', "--prefix", "LT", "--country", "LT", "--zone", "Europe/Vilnius")
    invoke("init", tmp_path / "new", *options, "--unit", "JPY:0").ok()
    ledger = tmp_path / "new"
    assert "[units.JPY]\nscale = 0" in (ledger / "ledger.toml").read_text()
    assert 'unit = "EUR"' not in (ledger / "rules" / "scheme.toml").read_text()
    assert invoke("--ledger", ledger, "check").ok().err == ""
    invoke("--ledger", ledger, "person", "add", "--set", "isced_level=2").ok()
    assert "\nLT-" in (ledger / "persons.csv").read_text()


def test_several_units_are_taken_and_the_scheme_counts_the_first(tmp_path: Path, invoke):
    """Money and paid leave: none given is left out without a word."""
    ledger = tmp_path / "new"
    invoke("init", ledger, "--unit", "SEK", "--unit", "hour:0").ok()
    assert "[units.SEK]\nscale = 2\n\n[units.hour]\nscale = 0\n" in (ledger / "ledger.toml").read_text()
    assert 'unit = "SEK"' in (ledger / "rules" / "scheme.toml").read_text()
    assert invoke("--ledger", ledger, "check").ok().err == ""
    again = invoke("init", tmp_path / "other", "--unit", "EUR", "--unit", "EUR:0")
    assert (again.code, "--unit EUR stands twice" in again.err) == (2, True)
    assert not (tmp_path / "other").exists()


def test_a_shared_ledger_belongs_to_its_group(tmp_path: Path, invoke):
    invoke("init", tmp_path / "new", "--shared").ok()
    assert stat.S_IMODE((tmp_path / "new" / "persons.csv").stat().st_mode) == 0o660


@pytest.mark.parametrize(
    "options",
    [
        ("--prefix", "lt"),
        ("--country", "Lithuania"),
        ("--zone", "Mars/Base"),
        ("--zone", "../../etc/passwd"),
        ("--unit", "Euro"),
        ("--unit", "EUR:9"),
        ("--name", ""),
        ("--name", "a\nb"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, invoke, options):
    result = invoke("init", tmp_path / "new", *options)
    assert result.code == 2
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, invoke, ledger):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    for options in ((), ("--sample",)):
        assert invoke("init", tmp_path / "full", *options).code in (3, 66)
        assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    assert invoke("init", ledger).code == 3


def test_this_folder_is_the_default(tmp_path: Path, invoke):
    tmp_path.chmod(0o700)
    invoke("init", cwd=tmp_path).ok()
    assert (tmp_path / "ledger.toml").is_file()


def test_settings_do_not_go_with_the_sample(tmp_path: Path, invoke):
    result = invoke("init", tmp_path / "demo", "--sample", "--prefix", "LT")
    assert (result.code, "--prefix" in result.err) == (2, True)


@pytest.fixture
def original(ledger, monkeypatch) -> Path:
    monkeypatch.setattr(sample, "sample_folder", lambda: ledger)
    return ledger


def test_the_sample_is_copied_whole(original: Path, tmp_path: Path, invoke):
    invoke("init", tmp_path / "demo", "--sample").ok()

    def files(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    wanted = {name: data for name, data in files(original).items() if not name.startswith(".ilactl")}
    assert files(tmp_path / "demo") == wanted
    assert not (tmp_path / "demo.partial").exists()
    assert invoke("--ledger", tmp_path / "demo", "check").ok().err == ""
    invoke("--ledger", tmp_path / "demo", "person", "add", "--id", "P1").ok()


def test_a_copy_that_was_cut_off_is_not_overwritten(original: Path, tmp_path: Path):
    (tmp_path / "demo.partial").mkdir()
    with pytest.raises(AlreadyThere):
        sample.copy_sample(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_copy_that_fails_leaves_nothing(original: Path, tmp_path: Path, monkeypatch, invoke):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample.shutil, "copyfileobj", full)
    assert invoke("init", tmp_path / "demo", "--sample").code == 74
    assert not list(tmp_path.glob("demo*"))


def test_the_sample_does_not_replace_a_link(original: Path, tmp_path: Path):
    (tmp_path / "demo").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AlreadyThere):
        sample.copy_sample(tmp_path / "demo")
