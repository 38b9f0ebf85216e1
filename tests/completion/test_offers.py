"""What is offered for an unfinished word, where it comes from, and that failing is silent."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ilactl.ledger import ids
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.grammar import Grammar, pattern_of
from tests.completion.support import VARIABLE, offered_by, said_by, tree_of
from tests.docs.test_layers import HEAVY
from tests.docs.walk import all_commands

COMMANDS = all_commands()
NAMES_A_THING = {
    "ID",
    "ORG",
    "PERSON",
    "RULE",
    "COMMIT",
    "ORGANISATION",
    "ENTRY",
    "DUPLICATE",
    "UNIT",
    "COURSE",
    "ENROLMENT",
}
NEW = {"identifier"}
"""Parameters whose id is of something not yet there, and that of a transfer's receiver."""


def parameters() -> list[tuple[str, click.Parameter]]:
    return [(words, param) for words, command in COMMANDS.items() for param in command.params]


def metavar_of(param: click.Parameter) -> set[str]:
    text = param.make_metavar(click.Context(click.Command("x")))
    return set(text.strip("[].").replace("...", "").replace("]", "").replace("|", " ").split())


def test_whatever_takes_an_id_completes_it() -> None:
    bare = [
        f"{words}: {param.name}"
        for words, param in parameters()
        if metavar_of(param) & NAMES_A_THING and param.name not in NEW and not completes(param)
    ]
    assert bare == []


def completes(param: click.Parameter) -> bool:
    kind = type(param.type)
    return kind.shell_complete is not click.ParamType.shell_complete


def test_whatever_takes_a_file_or_a_folder_completes_it() -> None:
    named = [
        (words, p) for words, p in parameters() if any(m.startswith(("FILE", "DIR")) for m in metavar_of(p))
    ]
    assert len(named) > 10
    assert [f"{words}: {p.name}" for words, p in named if not completes(p)] == []


LINES = {
    "ilactl|pers": ["person"],
    "ilactl|person|m": ["merge"],
    "ilactl|--led": ["--ledger"],
    "ilactl|-O|js": ["json", "jsonl"],
    "ilactl|balance|--output-format|m": ["markdown"],
    "ilactl|balance|--output-format|=|m": ["markdown"],
    "ilactl|completion|z": ["zsh"],
    "ilactl|check|--tier|s": ["strict"],
    "ilactl|check|gra": ["grant-keys"],
    "ilactl|help|exi": ["exit-codes"],
    "ilactl|help|rules|s": ["show"],
    "ilactl|rules|show|ma": ["match"],
    "ilactl|topup|--rule|s": ["supplement"],
    "ilactl|contribution|add|RM-09PYRHTS|1.00|--rule|emp": ["employer"],
    "ilactl|contribution|add|RM-09PYRHTS|1.00|--unit|E": ["EUR"],
    "ilactl|balance|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|balance|RM-Y920AC0H|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|person|show|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|topup|--person|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|person|merge|RM-Y920AC0H|--into|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|explain|RM-09PY": ["RM-09PYRHTS"],
    "ilactl|explain|E129": ["E129", *(f"E129{digit}" for digit in range(10))],
    "ilactl|contribution|list|--from|O12": ["O12"],
    "ilactl|contribution|list|--from|=|O12": ["O12"],
    "ilactl|contribution|list|--from|o": ["own"],
    "ilactl|contribution|list|--from|fund": ["fund:state", "fund:esf"],
    "ilactl|contribution|list|--from|fund|:|e": ["esf"],
    "ilactl|organisation|show|O12": ["O12"],
    "ilactl|course|list|--provider|O12": ["O12"],
    "ilactl|course|show|C999": [],
    "ilactl|course|relevance|add|fie": ["field:"],
    "ilactl|course|relevance|add|field|:|0712": ["0712"],
    "ilactl|course|find|--field|071": ["071", *(f"071{digit}" for digit in range(7)), "0719"],
    "ilactl|undo|6": ["6", *(f"6{digit}" for digit in range(10))],
    "ilactl|log|64": ["64"],
    "ilactl|restore|entit": ["entitlements.csv"],
    "ilactl|balance|RM-NOBODY": [],
    "ilactl|balance|rm": [],
    "ilactl|undo|965": [],
    "ilactl|undo|0": [],
    "ilactl|explain|E99999": [],
    "ilactl|nonsense|x": [],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_goes_on(line: str, there: Path) -> None:
    status, found = offered_by(line, env={"ILACTL_LEDGER": str(there)})
    assert sorted(found) == sorted(LINES[line])
    assert status == (1 if "nonsense" in line else 0)


def test_the_ledger_on_the_line_goes_before_the_variable(there: Path, tmp_path: Path) -> None:
    nowhere = {"ILACTL_LEDGER": str(tmp_path)}
    assert offered_by("ilactl|balance|RM-09PY", env=nowhere) == (1, [])
    for line in ("ilactl|--ledger|{}|balance|RM-09PY", "ilactl|balance|--ledger|{}|RM-09PY"):
        assert offered_by(line.format(there), env=nowhere) == (0, ["RM-09PYRHTS"])
    home = {"HOME": str(there.parent)}
    assert offered_by(f"ilactl|--ledger|~/{there.name}|balance|RM-09PY", env=home)[1] == ["RM-09PYRHTS"]


def test_the_ledger_is_the_nearest_upward(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ILACTL_LEDGER", raising=False)
    monkeypatch.chdir(there / "rules")
    assert offered_by("ilactl|balance|RM-09PY", env={}) == (0, ["RM-09PYRHTS"])
    monkeypatch.chdir(tmp_path)
    assert offered_by("ilactl|balance|RM-09PY", env={}) == (1, [])


def test_no_name_of_a_person_is_offered(there: Path) -> None:
    rows = (there / "identities.csv").read_text().splitlines()[1:]
    names = {row.split(",")[2] for row in rows} - {""}
    for shell in ("bash", "zsh", "fish"):
        status, text = said_by("ilactl|balance|", env={"ILACTL_LEDGER": str(there)}, shell=shell)
        assert (status, text.count("RM-")) == (0, ids.MOST)
        assert not any(name in text for name in names)


def test_some_hundred_at_most_are_offered_and_lead_past_nobody(tmp_path: Path) -> None:
    many = [f"P{number:05}" for number in range(2, 5000)]
    file = tmp_path / "persons.csv"
    file.write_text("\n".join([PERSONS.header, *(f"{person},2026-01-01" for person in many)]) + "\n")
    found = ids.first_cells(file, "P")
    assert ids.MOST <= len(found) <= ids.MOST + 1
    assert os.path.commonprefix(found) == os.path.commonprefix(many)  # noqa: RUF071 letters are meant
    assert ids.first_cells(file, "P0499") == [p for p in many if p.startswith("P0499")]
    assert len(ids.first_cells(file, "P00")) <= ids.MOST + 1
    numbers = ids._numbers("", 5000)
    assert numbers[0] == "5000"
    assert {"1", "2"} <= set(numbers)
    assert ids._numbers("49", 5000)[:3] == ["49", "490", "491"]
    assert all(number.startswith("49") and int(number) <= 5000 for number in ids._numbers("49", 5000))
    assert len(ids._numbers("1", 10**7)) == ids.MOST


def test_an_id_is_what_the_grammar_says() -> None:
    assert ids.ID.pattern == pattern_of(Grammar.ID)


def test_an_id_in_another_column_is_no_person(there: Path) -> None:
    assert ",O12," in (there / "persons.csv").read_text()
    assert offered_by("ilactl|person|show|O12", env={"ILACTL_LEDGER": str(there)}) == (0, [])


def test_completing_writes_nothing_and_waits_for_nobody(sample_ledger: Path) -> None:
    lock_file = sample_ledger / ".ilactl" / "lock"
    lock_file.parent.mkdir(exist_ok=True)
    lock_file.touch(mode=0o600)
    before = tree_of(sample_ledger)
    with open(lock_file, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for line in LINES:
            offered_by(line, env={"ILACTL_LEDGER": str(sample_ledger), "ILACTL_LOCK_WAIT": "0"})
    assert tree_of(sample_ledger) == before


def test_nothing_that_a_shell_would_read_as_more_than_a_word_is_offered(sample_ledger: Path) -> None:
    rules = sample_ledger / "rules" / "more.toml"
    rules.write_text(
        '[[grant]]\nid = "$(date)"\n[[grant]]\nid = "a b"\n[[grant]]\nid = "ok"\ntitle = "\\u001b[2J"\n'
    )
    env = {"ILACTL_LEDGER": str(sample_ledger)}
    assert offered_by("ilactl|topup|--rule|", env=env)[1] == ["ok", "base", "supplement", "match"]
    for shell in ("zsh", "fish"):
        assert "\x1b" not in said_by("ilactl|topup|--rule|", env=env, shell=shell)[1]


BROKEN = ("persons.csv", "organisations.csv", "commits.jsonl", "ledger.toml", "rules/scheme.toml")


@pytest.mark.parametrize("how", ["gone", "empty", "a folder", "a pipe", "bytes"])
def test_a_broken_ledger_offers_less_and_makes_no_noise(
    how: str, sample_ledger: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in BROKEN:
        path = sample_ledger / name
        path.unlink()
        if how == "empty":
            path.touch()
        elif how == "a folder":
            path.mkdir()
        elif how == "a pipe":
            os.mkfifo(path)
        elif how == "bytes":
            path.write_bytes(b"\xff\x00\n" * 99)
    for line in LINES:
        offered_by(line, env={"ILACTL_LEDGER": str(sample_ledger)})
    assert capfd.readouterr() == ("", "")


def ask(env: dict[str, str], **more: object) -> subprocess.CompletedProcess[bytes]:
    whole = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **env}
    return subprocess.run(
        [sys.executable, "-m", "ilactl"], env=whole, capture_output=True, timeout=60, check=False, **more
    )  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    "env",
    [
        {VARIABLE: "bash_complete"},
        {VARIABLE: "bash_complete", "COMP_WORDS": "ilactl x", "COMP_CWORD": "many"},
        {VARIABLE: "zsh_complete", "COMP_WORDS": "ilactl 'balance", "COMP_CWORD": "7"},
        {VARIABLE: "ksh_complete", "COMP_WORDS": "ilactl", "COMP_CWORD": "1"},
        {VARIABLE: ""},
        {VARIABLE: "bash_complete", "COMP_WORDS": "ilactl balance R", "COMP_CWORD": "2", "ILACTL_LEDGER": ""},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_gets_no_word(env: dict[str, str], tmp_path: Path) -> None:
    done = ask(env, cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == (b"", b"")


IMPORTED = """
import os, sys
from ilactl import cli
os._exit = sys.exit
try: cli.run()
except BaseException: pass
print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "line", ["ilactl balance RM-09PY", "ilactl contribution add RM-09PY", "ilactl undo 6"]
)
def test_little_is_imported_to_complete_an_id(line: str, there: Path, tmp_path: Path) -> None:
    words = line.split()
    asked = {VARIABLE: "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    env = {"PATH": os.environ["PATH"], "ILACTL_LEDGER": str(there), **asked}
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], env=env, capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert f"plain,{words[-1]}" in done.stdout
    imported = set(done.stderr.split())
    assert "ilactl.ledger.ids" in imported
    assert not imported & (HEAVY | {"msgspec", "ilactl.ledger.snapshot", "ilactl.ledger.lock"})


def test_courses_and_their_runs_are_offered(ledger: Path) -> None:
    with open(ledger / "courses.csv", "a", encoding="utf-8") as courses:
        courses.write("C1,2026-01-01\nC12,2026-01-01\nC1,2027-01-01\n")
    with open(ledger / "runs.csv", "a", encoding="utf-8") as runs:
        runs.write("C1,R1,2026-01-01\nC12,R2,2026-01-01\nC1,R1,2027-01-01\nC1,R2,2026-01-01\n")
    env = {"ILACTL_LEDGER": str(ledger)}
    assert offered_by("ilactl|course|show|C", env=env)[1] == ["C1", "C12"]
    assert offered_by("ilactl|course|run|update|C1/", env=env)[1] == ["C1/R1", "C1/R2"]
    assert offered_by("ilactl|course|run|withdraw|C12/R", env=env)[1] == ["C12/R2"]
    assert offered_by("ilactl|course|run|update|c1/", env=env)[1] == []
    assert offered_by("ilactl|course|relevance|add|course|:|C12", env=env)[1] == ["C12"]
