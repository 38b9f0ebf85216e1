"""The pages on files and facts: each thing that is declared has its paragraph, each example is a good one."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ilactl.commands import facts_prose
from ilactl.commands.facts_manual import EXAMPLE_FACTS, specs
from ilactl.ledger import check_entries, lock, recovery
from ilactl.ledger.columns import ENTITLEMENTS, TABLES
from ilactl.ledger.entries import iter_entries
from ilactl.ledger.grammar import KINDS, Grammar, Table, fault_of, pattern_of
from ilactl.ledger.manifest import KEYS, Unit, load_manifest
from ilactl.ledger.record import Cuts, FileAct, FileHead, Record, body_of, seal
from ilactl.ledger.scan import read_table
from ilactl.ledger.wallets import wallet_of
from ilactl.rules import names
from ilactl.rules.load import read_rules
from ilactl.rules.spending_names import COURSE, ENDING, FAMILIES, OFFER
from tests.docs.test_rules_manual import MANIFEST
from tools.manpage import PAGES, manual
from tools.pages import book_words as book
from tools.pages import ledger_words as words
from tools.pages.ledger import example_row
from tools.roff import NAMES

ROOT = Path(__file__).parents[2]
UNITS = {"EUR": Unit(2, "EUR"), "hour": Unit(0, "hour")}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_column_is_explained_with_an_example_and_what_empty_means(table: Table) -> None:
    assert words.FILES[table.file]
    cells = words.CELLS[table.file]
    assert tuple(cells) == table.names
    for column in table.columns:
        example, empty = cells[column.name]
        assert fault_of(column, example) is None
        assert bool(empty) != column.required, f"{column.name}: say what empty means, or nothing"
    file = f"{table.header}\n{example_row(table, cells)}\n".encode()
    rows, findings = read_table(file, table)
    assert (len(rows), findings) == (1, [])


def test_every_type_of_cell_is_explained() -> None:
    assert set(words.VALUES) == {grammar.value for grammar in Grammar}
    assert set(words.CELLS) == set(words.FILES) == {table.file for table in TABLES}


def test_every_form_of_account_is_explained_and_no_other() -> None:
    form = re.compile(pattern_of(Grammar.ACCOUNT) or "")
    for account in book.ACCOUNTS:
        kind, _, of = account.partition(":")
        one = {"NAME": "state", "ID": "O7", "PREFIX": "LT", "CLASS": "own", "": ""}[of]
        assert form.fullmatch(f"{kind}:{one}" if of else kind), account
    said = {account.partition(":")[0] for account in book.ACCOUNTS}
    assert said == set(re.findall(r"[a-z]{3,}", form.pattern))


def test_the_rows_of_all_kinds_are_one_book_that_adds_up() -> None:
    assert set(book.KINDS) == set(KINDS)
    rows = sorted(
        (row for _, rows in book.KINDS.values() for row in rows), key=lambda row: int(row[1:].split(",")[0])
    )
    assert [row.split(",")[0] for row in rows] == [f"E{number}" for number in range(1, len(rows) + 1)]
    text = "\n".join([ENTITLEMENTS.header, *rows, ""]).encode()
    assert read_table(text, ENTITLEMENTS)[1] == []
    found: list[object] = []
    entries = list(iter_entries(text, UNITS, found))  # type: ignore[arg-type]
    assert found == []
    for kind, (_, shown) in book.KINDS.items():
        assert any(f",{kind}," in row for row in shown), kind
    for entry in entries:
        source, target = check_entries._GRAMMAR[entry.kind]
        assert source.fullmatch(entry.source), entry
        assert target.fullmatch(entry.target), entry
    assert [entry.booked_on for entry in entries] == sorted(entry.booked_on for entry in entries)
    wallet = wallet_of(entries)
    assert {(lot.balance, lot.held) for lot in wallet.lots} == {(0, 0)}
    assert set(wallet.owed.values()) == {0}


def test_every_key_of_the_settings_has_an_example_and_together_they_are_good() -> None:
    assert set(words.EXAMPLE_KEYS) == {key.name for key in KEYS}
    top, tables = [], {}
    for key in KEYS:
        line = words.EXAMPLE_KEYS[key.name]
        assert line.startswith(f"{key.path[-1]} = ")
        header = ".".join(key.path[:-1]).replace("units.*", "units.EUR").replace("funds.*", "funds.esf")
        if header:
            tables.setdefault(header, []).append(line)
        else:
            top.append(line)
    text = "\n".join([*top, *(f"[{header}]\n" + "\n".join(lines) for header, lines in tables.items())])
    assert load_manifest(text.encode()).closed_until == date(2025, 12, 31)


def acts() -> tuple[FileAct, ...]:
    cuts = Cuts(10, "b", ((0, 5),), ((0, 5, 1, "c"),))
    return (
        FileAct("a.csv", 0, 5, 1, "a", data=b"row\n"),
        FileAct("a.csv", 0, 5, 1, "a", staged="commits/1.a.csv", adopted=True, cuts=cuts),
        FileAct("a.csv", 0, 0, 0, "", removed=True),
    )


def test_every_member_of_a_line_of_the_log_is_explained_and_no_other() -> None:
    day = date(2026, 1, 1)
    whole = Record(
        1, "p", "s", "t", "c", "w", "k", "d", "u", "h", "a", day, day, 2, acts(),
        {"a.csv": FileHead(1, 1, "t")}, {"ledger.toml": "x"}, {"n": 1}, "0",
    )  # fmt: skip
    body = body_of(whole)
    line = seal(body).decode()
    members = re.findall(r'"([a-z_0-9]+)":', line)
    assert {"format", "sha256"} <= set(members)
    assert set(words.MEMBERS) == {"format", *body, "sha256"}
    assert set(words.ACTS) == {name for act in body["files"] for name in act}


def test_every_folder_is_explained(sample_ledger: Path) -> None:
    there = {f"{path.name}/" for path in sample_ledger.iterdir() if path.is_dir()}
    made = {f"{name}/" for name in (lock.HINTS, recovery.SET_ASIDE, recovery.STAGED)}
    assert there | made | {"rules/used/", "credentials/"} <= set(words.BESIDE)
    files = {path.name for path in sample_ledger.iterdir() if path.is_file()}
    assert files <= {table.file for table in TABLES} | {"ledger.toml", "commits.jsonl"} | set(words.BESIDE)


def test_every_name_of_an_expression_is_explained_and_no_other() -> None:
    there = specs()
    assert set(facts_prose.EXAMPLES) <= set(there), "an example of a name that does not exist"
    kernel = {*names.BUILT_IN, *names._OF_BIRTH, names.CONTRIBUTION}
    kernel |= {f"{family}.own" for family in names.SUMS} | {f"lot.{name}" for name in names.LOT}
    kernel |= {*COURSE, *OFFER, *ENDING, "usable.own"}
    assert kernel <= set(facts_prose.EXAMPLES)
    assert {name.partition(".")[0] for name in facts_prose.EXAMPLES if name.startswith(names.MOMENTS)} == set(
        names.MOMENTS
    )
    assert {spec.family for spec in there.values()} == set(facts_prose.FAMILIES)
    for name, example in facts_prose.EXAMPLES.items():
        assert name in example or (name == "groups" and "in_group(" in example), name


GRANT = """
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "{every}"
round = "down"
"""
SPENDING = """
[[spend]]
id = "courses"
unit = "EUR"
classes = ["own"]
round = "down"
from_wallet = {amount}
refuse = [{{ when = {refused}, why = "so" }}]
[[ending]]
id = "standard"
[[ending.row]]
on = ["started", "cancelled", "completed"]
when = {holds}
provider = {share}
"""
QUIET = {"amount": '"net"', "refused": '"FALSE"', "holds": "\"step = 'started'\"", "share": '"1"'}
PAID = """
[[contribution]]
id = "paid"
class = "own"
unit = "EUR"
from = ["own"]
"""


def faults_of(*tables: str) -> list[str]:
    """What is wrong with a scheme of the example facts and these tables."""
    text = "\n".join([EXAMPLE_FACTS, *tables, PAID])
    _, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST))
    return [finding.format() for finding in findings if not finding.warning]


@pytest.mark.parametrize("name", facts_prose.EXAMPLES)
def test_every_example_of_an_expression_is_one(name: str) -> None:
    """As a condition or as an amount; that of a lot and that of a contribution where they alone may stand."""
    quoted = f'"""{facts_prose.EXAMPLES[name]}"""'
    year = GRANT.format(every="year") + 'due = "01-01"'
    paid = GRANT.format(every="contribution") + 'matches = ["own"]'
    closing = '[[closing]]\nid = "end"\ndue = "01-01"'
    asked, given = (
        faults_of(f'{year}\namount = "1"\nwhen = {quoted}'),
        faults_of(f"{year}\namount = {quoted}"),
    )
    family = specs()[name].family
    if family in FAMILIES:
        places = ("holds", "share") if family == "step" else ("refused", "amount")
        alone = [faults_of(SPENDING.format(**{**QUIET, place: quoted})) for place in places]
        assert [] in alone, alone
        assert asked
        assert given
    elif family == "lot":
        assert faults_of(f'{year}\namount = "1"', f"{closing}\nwhen = {quoted}") == []
        assert asked
        assert given
    elif family == "paid":
        assert faults_of(f"{paid}\namount = {quoted}") == []
        assert given
    else:
        assert asked == [] or given == [], (asked, given)


def test_the_pages_name_one_another() -> None:
    assert set(NAMES) == set(PAGES) == {path.name for path in (ROOT / "man").iterdir()}


MAN = shutil.which("man") and shutil.which("groff")


@pytest.mark.skipif(not MAN, reason="man or groff is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_man_shows_a_page_without_a_warning(name: str, tmp_path: Path) -> None:
    said, warned = shown_by_man(manual()[name], tmp_path / name)
    assert warned == ""
    assert name.partition(".")[0] in said


@pytest.mark.skipif(not MAN, reason="man or groff is not installed")
def test_man_would_warn(tmp_path: Path) -> None:
    assert "warning" in shown_by_man(f"{manual()['ilactl-facts.7']}.no such macro\n", tmp_path / "x.7")[1]


def shown_by_man(text: str, page: Path) -> tuple[str, str]:
    """What man prints of a page, and what it warns of."""
    page.write_text(text)
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "HOME": str(page.parent)}
    command = ["man", "--warnings", "-E", "UTF-8", "-l", str(page)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout, done.stderr
