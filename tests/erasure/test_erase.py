"""`person erase`: nothing is left of who it was, everything else stays, and the log says so."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ilactl.ledger.snapshot import Snapshot

from .agency import LATER, NOW, TELLING, Call, files_of, left_of

ERASE = ("person", "erase", "P1", "--why", "request 12 of 2032", "--leave-wallet", "--yes")


def test_no_file_says_who_it_was_and_the_checks_are_clean(asked: Path, call: Call) -> None:
    before = files_of(asked)
    assert left_of(asked) == ["identities.csv"]
    call(*ERASE).ok()
    assert left_of(asked, (*TELLING, "600 12345")) == []
    after = files_of(asked)
    assert {name for name in before if before[name] != after[name]} == {"identities.csv", "commits.jsonl"}
    kept = [line for line in before["identities.csv"].splitlines() if line[:2] not in (b"P1", b"P9")]
    assert after["identities.csv"].splitlines() == kept
    call("check", "--full").ok()
    call("check", "--tier", "strict").ok()
    call("doctor").ok()


def test_either_id_means_the_person(asked: Path, call: Call) -> None:
    call("person", "erase", "P9", *ERASE[3:]).ok()
    assert left_of(asked) == []
    note = Snapshot.open(asked).record.note
    assert note["erased"] == {"P1": ["P1", "P9"]}
    assert note["counts"] == {"identities.csv": 3}


def test_several_persons_go_in_one_commit(asked: Path, call: Call) -> None:
    seq = Snapshot.open(asked).head.seq
    call("person", "erase", "P1", "P3", *ERASE[3:]).ok()
    assert Snapshot.open(asked).head.seq == seq + 1
    assert left_of(asked, (*TELLING, "Šimk")) == []
    assert (asked / "identities.csv").read_text().count("\n") == 2


def test_twice_is_done_already(asked: Path, call: Call) -> None:
    first = json.loads(call(*ERASE, "-O", "json").ok().out)
    state = files_of(asked)
    second = json.loads(call(*ERASE, "-O", "json").ok().out)
    assert files_of(asked) == state
    assert second["done_already"] == ["P1"]
    assert second["commits"] == first["commits"]
    assert call(*ERASE).ok().out == ""
    assert "erased on 2032-01-01 already" in call(*ERASE, "-v").ok().out


def test_a_dry_run_tells_it_all_and_writes_nothing(asked: Path, call: Call) -> None:
    before = files_of(asked)
    told = json.loads(call(*ERASE[:-1], "-n", "-O", "json").ok().out)
    assert files_of(asked) == before
    assert told["counts"] == {"identities.csv": 3}
    assert (told["dry_run"], told["rows"][0]["ids"]) == (True, "P1 P9")
    assert not any(text in json.dumps(told, ensure_ascii=False) for text in TELLING)
    assert call(*ERASE[:-1]).code == 4, "without --yes and without a terminal nothing is erased"
    assert files_of(asked) == before


def test_the_certificate_names_nobody(asked: Path, tmp_path: Path, call: Call) -> None:
    page, data = tmp_path / "certificate.txt", tmp_path / "certificate.json"
    call(*ERASE, "--certificate", str(page)).ok()
    call(*ERASE, "--certificate", str(data)).ok()
    text, told = page.read_text(), json.loads(data.read_text())
    head = Snapshot.open(asked).head
    for part in ("P1 P9", "2032-01-01", "request 12 of 2032", "identities.csv", head.sha, "backups"):
        assert part in text
    assert told["head"] == {"commit": head.seq, "sha256": head.sha}
    assert told["commits"][0]["counts"] == {"identities.csv": 3}
    assert len(told["not_reached"]) == 4
    assert not any(word in text + data.read_text() for word in TELLING)
    assert page.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("place", ["there.txt", "missing/c.txt", "asked/c.txt"])
def test_a_certificate_that_cannot_be_written_is_refused_before_anything_goes(
    asked: Path, tmp_path: Path, call: Call, place: str
) -> None:
    (tmp_path / "there.txt").write_text("mine")
    before = files_of(asked)
    result = call(*ERASE, "--certificate", str(tmp_path / place))
    assert result.code in (3, 66)
    assert files_of(asked) == before
    assert (tmp_path / "there.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("Mrs Kazlauskienė wants it", "name"),
        ("asked by KAZLAUSKIENE", "name"),
        ("mail of Ona.Kaz@example.org", "name"),
        ("rung from +37060012345", "contact"),
        ("born 1961-02-03", "birth date"),
        ("born 03.02.1961", "birth date"),
        ("staff number HR-7731", "outside number"),
    ],
)
def test_the_reason_must_not_name_the_person(asked: Path, call: Call, why: str, kind: str) -> None:
    before = files_of(asked)
    result = call("person", "erase", "P1", "--why", why, "--leave-wallet", "--yes")
    assert (result.code, f"holds the person's {kind}" in result.err) == (3, True)
    assert files_of(asked) == before
    assert why not in result.err
    held = call("person", "hold", "P1", "--why", why)
    assert (held.code, files_of(asked) == before) == (3, True)


def test_an_erased_person_is_shown_as_one(asked: Path, call: Call) -> None:
    entry = next(line for line in (asked / "entitlements.csv").read_text().splitlines() if ",P1," in line)
    booked = call("explain", entry.split(",")[0]).ok().out
    assert "differs" not in booked
    call(*ERASE).ok()
    said = "P1 was erased on 2032-01-01"
    for command in ("person show P1", "person list", "balance P1", "explain P1", "statement P1"):
        assert said in call(*command.split()).ok().out, command
    assert json.loads(call("person", "show", "P1", "-O", "json").ok().out)["erased_on"] == {
        "P1": "2032-01-01",
        "P9": "2032-01-01",
    }
    assert "700.00" in call("balance", "P1").ok().out
    again = call("explain", entry.split(",")[0]).ok().out
    assert said in again
    assert "P1 was erased since, so facts are gone" in again
    assert "ilactl check" not in again
    other = next(line for line in (asked / "entitlements.csv").read_text().splitlines() if ",P2," in line)
    explained = json.loads(call("explain", other.split(",")[0], "-O", "json").ok().out)
    assert explained["agrees"] is True
    born = next(row for row in explained["rows"] if row["fact"] == "age")
    commit = next(r.seq for r in Snapshot.open(asked).records() if r.command == "person import")
    assert born["where"] == f"birth date: identities.csv:2 (commit {commit})", "the line as it is now"


def test_what_the_person_was_granted_stays_and_age_is_undecided(asked: Path, call: Call) -> None:
    call(*ERASE).ok()
    review = call("topup", "--review", "--on", "2032-01-01", "-O", "json")
    assert "P1" not in [row.get("person") for row in json.loads(review.ok().out)["rows"]]
    call("topup", "--on", "2032-01-01", "--yes").ok()
    entries = [line.split(",") for line in (asked / "entitlements.csv").read_text().splitlines()[1:]]
    assert sorted(cells[2] for cells in entries if cells[1] == "2032-01-01") == ["P2", "P3"]
    call("check").ok()


def test_an_erased_id_takes_no_identity_again(asked: Path, call: Call) -> None:
    call(*ERASE).ok()
    before = files_of(asked)
    for given in (("--name", "Ona"), ("--birth-date", "1961-02-03"), ("--set", "disability=true")):
        result = call("person", "update", "P1", *given)
        assert (result.code, "P1 was erased" in result.err) == (2, True)
    table = "person,name\nP2,Jonas Petraitis\nP9,Jonas Petraitis\n"
    result = call("person", "import", "-", stdin=table)
    assert (result.code, "P9 was erased" in result.err) == (65, True)
    assert files_of(asked) == before
    call("person", "update", "P1", "--set", "region=Kaunas").ok()
    listed = call("person", "list", "--names", "-O", "csv").ok().out
    assert "nothing" in call("person", "import", "-", "-v", stdin=listed).ok().out
    with (asked / "identities.csv").open("a") as file:
        file.write("P1,2032-01-01,Ona,,,,,0123456789abcdef\n")
    result = call("adopt", "--why", "she is back", "--yes")
    assert (result.code, "CHECK-ERASED" in result.err) == (65, True)


def test_an_erasure_is_not_undone_and_an_older_commit_brings_nothing_back(asked: Path, call: Call) -> None:
    call(*ERASE).ok()
    snapshot = Snapshot.open(asked)
    result = call("undo", str(snapshot.head.seq), "--why", "mistake", "--yes")
    assert (result.code, "who was erased does not come back" in result.err) == (3, True)
    by = {record.command: record.seq for record in snapshot.records()}
    assert call("undo", str(by["person add"]), "--why", "mistake", "--yes").code == 3
    call("undo", str(by["topup"]), "--why", "mistake", "--yes").ok()
    assert left_of(asked) == []
    call("check").ok()


def test_the_log_tells_of_rows_that_were_erased(asked: Path, call: Call) -> None:
    call(*ERASE).ok()
    seq = Snapshot.open(asked).head.seq
    imported = next(r.seq for r in Snapshot.open(asked).records() if r.command == "person import")
    told = json.loads(call("log", str(imported), "-O", "json").ok().out)
    row = next(row for row in told["rows"] if row["file"] == "identities.csv")
    assert (row["rows"], row["erased"], row["erased_by"], row["first_line"]) == (3, 1, str(seq), 2)
    assert "rows erased since" in call("log", str(imported)).ok().out
    assert json.loads(call("log", "-O", "json").ok().out)["rows"][-1]["rows"] == -3


def test_backup_restore_and_adopt_go_on(asked: Path, tmp_path: Path, call: Call) -> None:
    call(*ERASE).ok()
    copy = tmp_path / "copy"
    call("backup", str(copy)).ok()
    assert left_of(copy) == []
    sound = (asked / "identities.csv").read_bytes()
    (asked / "identities.csv").write_bytes(sound[:-1] + b"\nP2,2031-01-01,Jo,,,,,0123456789abcdef\n")
    call("restore", "--why", "a mistake").ok()
    assert (asked / "identities.csv").read_bytes() == sound
    path = asked / "persons.csv"
    path.write_text(path.read_text().replace("Kaunas", "Klaipeda"))
    call("adopt", "--why", "they moved", "--yes").ok()
    call("check").ok()
    call("person", "erase", "P2", *ERASE[3:]).ok()
    call("check").ok()
    assert left_of(asked, ("Petrait", "jonas@")) == []


def test_copies_set_aside_that_name_the_person_go_too(asked: Path, call: Call) -> None:
    path = asked / "identities.csv"
    sound = path.read_bytes()
    path.write_bytes(sound + b"P2,2031-01-01,Jo,,,,,0123456789abcdef\n")
    call("restore", "--why", "a mistake").ok()
    (asked / "set-aside/mine.csv").write_text("Ona Kazlauskienė\n", "utf-16")
    (asked / "set-aside/other.csv").write_text("Jonas Petraitis\n")
    (asked / ".ilactl/cache").mkdir(exist_ok=True)
    (asked / ".ilactl/cache/trees-x").write_text("ONA.KAZ@EXAMPLE.ORG")
    assert len(left_of(asked)) == 4
    call(*ERASE).ok()
    assert left_of(asked) == []
    assert (asked / "set-aside/other.csv").exists()
    assert Snapshot.open(asked).record.note["counts"]["set-aside/"] == 2
    call("check", "--tier", "strict").ok()


def test_a_copy_that_comes_later_is_erased_by_the_same_command(asked: Path, call: Call) -> None:
    old = (asked / "identities.csv").read_bytes()
    call(*ERASE).ok()
    new = (asked / "identities.csv").read_bytes()
    (asked / "identities.csv").write_bytes(old)  # somebody puts an old copy back
    assert call("check").code == 1
    call("restore", "--why", "an old copy").ok()
    assert (asked / "identities.csv").read_bytes() == new
    assert left_of(asked) != []
    told = json.loads(call(*ERASE, "-O", "json").ok().out)
    assert [one["counts"] for one in told["commits"]] == [{"identities.csv": 3}, {"set-aside/": 1}]
    assert left_of(asked) == []
    call("check").ok()


def credential_row(credential: str, person: str, document: bytes) -> bytes:
    digest = hashlib.sha256(document).hexdigest()
    return f"{credential},2026-03-02,{person},,,imported,2026-03-02,did:web:x,,,,{digest},,,\n".encode()


def test_signed_documents_of_the_person_go(asked: Path, call: Call) -> None:
    from ilactl.ledger.commit import Append, Change
    from tests.storage.support import writer

    ona, jonas = b'{"name":"Ona Kazlauskien\\u0117"}\n', b'{"name":"Jonas"}\n'
    rows = credential_row("C1", "P9", ona) + credential_row("C2", "P2", jonas)
    with writer(asked) as held:
        held.commit(
            Change(
                "credential issue",
                (
                    Append("credentials.csv", rows, rows=2),
                    Append("credentials/C1.json", ona),
                    Append("credentials/C2.json", jonas),
                ),
            )
        )
    call(*ERASE).ok()
    assert sorted(p.name for p in (asked / "credentials").iterdir()) == ["C2.json"]
    assert left_of(asked) == []
    call("check").ok()
    assert Snapshot.open(asked).record.note["counts"]["credentials/"] == 1


def test_a_copy_that_cannot_be_looked_into_is_told(asked: Path, call: Call) -> None:
    (asked / "set-aside").mkdir(exist_ok=True)
    copy = asked / "set-aside/9.identities.csv"
    copy.write_bytes((asked / "identities.csv").read_bytes())
    (asked.parent / "other").hardlink_to(copy)
    result = call(*ERASE)
    assert result.code == 0
    assert "set-aside/9.identities.csv: ERASE-TRACE what it holds cannot be told" in result.err
    (asked.parent / "other").unlink()
    call(*ERASE).ok()
    assert left_of(asked) == []


def test_what_cannot_be_removed_is_met_before_anything_goes(asked: Path, call: Call) -> None:
    from ilactl.ledger.commit import Append, Change
    from tests.storage.support import writer

    with writer(asked) as held:
        rows = Append("credentials.csv", credential_row("C1", "P1", b"{}\n"), rows=1)
        held.commit(Change("x", (rows, Append("credentials/C1.json", b"{}\n"))))
    (asked / "credentials").mkdir(mode=0o700, exist_ok=True)
    (asked / "credentials/C1.pages").mkdir()
    before = files_of(asked)
    result = call(*ERASE)
    assert (result.code, "credentials/C1.pages: it is not a plain file" in result.err) == (3, True)
    assert files_of(asked) == before
    call("check").ok()


def test_what_names_the_person_elsewhere_is_told_and_not_repeated(asked: Path, call: Call) -> None:
    seqs: list[int] = []
    for why in ("Ona Kazlauskienė rang", "born 1961-02-03"):
        with (asked / "persons.csv").open("a") as file:
            file.write("P2,2026-03-02,,,,,Here,,,\n" if not seqs else "P3,2026-03-02,,,,,Here,,,\n")
        call("adopt", "--why", why, "--yes", now=NOW).ok()
        seqs.append(Snapshot.open(asked).head.seq)
    (asked / "notes.txt").write_text("call Kazlauskienė, Ona\n", "utf-16")
    told = json.loads(call(*ERASE, "-O", "json").ok().out)
    places = [(one["file"], one["line"]) for one in told["traces"]]
    assert places == [*(("commits.jsonl", seq) for seq in seqs), ("notes.txt", None)]
    assert told["commits"][0]["traces"] == [*(f"commits.jsonl:{seq}" for seq in seqs), "notes.txt"]
    assert f"commit {seqs[0]}: the reason holds the name" in told["traces"][0]["message"]
    assert not any(text in json.dumps(told["traces"], ensure_ascii=False) for text in TELLING)
    assert left_of(asked) == ["commits.jsonl", "notes.txt"], "it is told, since it is there"


def test_it_is_refused_while_entries_must_be_kept(asked: Path, call: Call) -> None:
    before = files_of(asked)
    last = datetime(2031, 12, 31, 12, 0, tzinfo=UTC)
    result = call(*ERASE, now=last)
    assert result.code == 3
    assert "ERASE-RETENTION P1 must be kept until 2031-12-31" in result.err
    assert "can be erased from 2032-01-01 on" in result.err
    assert files_of(asked) == before
    manifest = asked / "ledger.toml"
    manifest.write_text(manifest.read_text().replace("years = 5", "years = 6"))
    call("adopt", "--why", "our law", "--yes").ok()
    assert "until 2032-12-31" in call(*ERASE, now=LATER).err
    manifest.write_text(manifest.read_text().replace("years = 6", "years = 0"))
    call("adopt", "--why", "our law", "--yes").ok()
    call(*ERASE, now=LATER).ok()


def test_without_a_word_in_the_settings_it_is_five_years(asked: Path, call: Call) -> None:
    manifest = asked / "ledger.toml"
    manifest.write_text(manifest.read_text().replace("[retention]\nyears = 5", ""))
    call("adopt", "--why", "shorter", "--yes").ok()
    assert "until 2031-12-31" in call(*ERASE, now=NOW).err
    call(*ERASE, now=LATER).ok()


def test_a_person_without_entries_goes_at_once(asked: Path, call: Call) -> None:
    call("person", "add", "--id", "P5", "--name", "Elena Jankauskaitė", now=NOW).ok()
    call("person", "erase", "P5", "--why", "request 1", "--yes", now=NOW).ok()
    assert left_of(asked, ("Jankausk",)) == []


def test_a_hold_forbids_it_until_its_day_or_until_it_is_lifted(asked: Path, call: Call) -> None:
    call("person", "hold", "P9", "--until", "2032-06-30", "--why", "audit 3").ok()
    seq = Snapshot.open(asked).head.seq
    call("person", "hold", "P9", "--until", "2032-06-30", "--why", "audit 3").ok()
    assert Snapshot.open(asked).head.seq == seq, "the same again writes nothing"
    result = call(*ERASE)
    assert result.code == 3
    assert f"commits.jsonl:{seq}: ERASE-HOLD P9 is on hold until 2032-06-30, because audit 3" in result.err
    assert "on hold" in call("person", "show", "P1").ok().out
    call("person", "hold", "P1", "--why", "lawsuit 4").ok()
    assert "until it is lifted" in call(*ERASE, now=datetime(2040, 1, 1, tzinfo=UTC)).err
    call("person", "hold", "P1", "--lift", "--why", "settled").ok()
    assert "on hold" not in call("person", "show", "P1").ok().out
    call(*ERASE).ok()


def test_a_hold_ends_after_its_day(asked: Path, call: Call) -> None:
    call("person", "hold", "P1", "--until", "2032-06-30", "--why", "audit 3").ok()
    assert call(*ERASE, now=datetime(2032, 6, 30, 12, tzinfo=UTC)).code == 3
    call(*ERASE, now=datetime(2032, 7, 1, 12, tzinfo=UTC)).ok()


def test_money_on_the_wallet_forbids_it_unless_it_is_said(asked: Path, call: Call) -> None:
    without = [word for word in ERASE if word != "--leave-wallet"]
    result = call(*without)
    assert (result.code, "ERASE-WALLET P1 still has 700.00 EUR on the wallet" in result.err) == (3, True)
    call(*ERASE).ok()
    assert "700.00" in call("balance", "P1").ok().out


def test_nobody_is_erased_where_one_cannot_be(asked: Path, call: Call) -> None:
    call("person", "hold", "P3", "--why", "audit 3").ok()
    before = files_of(asked)
    assert call("person", "erase", "P1", "P3", *ERASE[3:]).code == 3
    assert call("person", "erase", "P1", "P77", *ERASE[3:]).code == 66
    assert files_of(asked) == before


def test_a_ledger_copied_without_its_hints_is_erased_alike(asked: Path, call: Call) -> None:
    shutil.rmtree(asked / ".ilactl")
    call(*ERASE).ok()
    shutil.rmtree(asked / ".ilactl")
    call("check").ok()
    assert left_of(asked) == []


def test_two_at_once_are_one_erasure(asked: Path, call: Call) -> None:
    call("person", "add", "--id", "P5", "--name", "Elena Jankauskaitė", now=NOW).ok()
    seq = Snapshot.open(asked).head.seq
    words = ["person", "erase", "P5", "--why", "request 1", "--yes", "--lock-wait", "60", "-O", "json"]
    command = [sys.executable, "-m", "ilactl", *words, "--ledger", str(asked)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    told = [json.loads(one.communicate()[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0, 0]
    assert Snapshot.open(asked).head.seq == seq + 1
    assert {commit["commit"] for one in told for commit in one["commits"]} == {seq + 1}
    assert sorted(one["done_already"] for one in told) == [[], ["P5"], ["P5"]]
