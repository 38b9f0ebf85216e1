"""Whatever a file or stdin holds, a command ends in words with its status, and nothing was written."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ilactl.ledger.columns import TABLES
from tests.conftest import Result, call_in_process
from tests.errors.catalogue import base_ledger, state
from tests.errors.fuzzing import bytes_like, fuzz
from tests.errors.moment import NOW
from tests.errors.test_fuzz_readers import HOURS, PEOPLE

PAY = b"person,amount,ref\nP1,100.00,PAY-2\nP2,12.50,PAY-3\n"
CONTRACT = {0, 1, 2, 3, 4, 65, 66, 74, 75, 78}
IMPORTS = {
    "person import -": PEOPLE,
    "person import --key K -": HOURS,
    "contribution import --from O1 -": PAY,
    "organisation import -": b"organisation,kinds,name,iban\nO2,employer,Glass,LT121000011101001000\n",
    "settle --returned -": b"reference,enrolment,amount,reason\nS6-O1,,,AC04\n,N9,1.00,\n",
    "enrolment import -": b"step,person,course,consent\nenrolled,P1,C1,form\nstarted,P1,C1,\n",
    "enrolment survey --name S -": b"ref,reason,person\n1,cost time,P1\n2,care,\n",
    "person transfer in --why moved -": b'{"schema": "ilactl.transfer/1", "from": "OTHER"}\n',
}
FILES = ("ledger.toml", "rules/scheme.toml", "commits.jsonl", *(table.file for table in TABLES))
READERS = (
    "status",
    "check",
    "person list",
    "balance",
    "balance P1",
    "statement P1",
    "explain E1",
    "log",
    "rules check",
    "enrolment list",
    "enrolment find P1",
    "enrolment reasons",
    "explain P1/C1",
    "settle -n",
)
WRITERS = (
    "topup --on 2027-01-01 --yes",
    "person add --id P9",
    "contribution add P1 5.00 --from O1 --ref X --yes",
    "enrolment decline P1 --reason time",
    "enrol P1 C1 --yes --consent form",
    "settle --yes",
)


def ended_well(result: Result, line: str) -> None:
    """A status of the contract, in words."""
    assert result.code in CONTRACT, (line, result.err[-500:])
    assert "Traceback" not in result.err
    assert result.code in (0, 1) or "error: " in result.err


def run(line: str, root: Path, stdin: bytes = b"") -> Result:
    """The command in the folder of the ledger."""
    return call_in_process(tuple(line.split()), stdin, None, root, NOW)


@fuzz(20)
@given(st.data())
def test_an_import_from_stdin_writes_all_or_nothing(data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(sorted(IMPORTS)))
    given_bytes = data.draw(st.one_of(bytes_like(IMPORTS[line]), st.binary(max_size=40)))
    with tempfile.TemporaryDirectory() as home:
        root = Path(shutil.copytree(base_ledger(), Path(home) / "ledger"))
        before = state(root)
        result = run(line, root, given_bytes)
        ended_well(result, line)
        if result.code:
            assert state(root) == before, (line, given_bytes)
        else:
            assert run("check", root).code == 0, (line, given_bytes)


@fuzz(30)
@given(st.data())
def test_a_damaged_file_is_told_and_left_as_it_is(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    reader = data.draw(st.sampled_from(READERS))
    writer = data.draw(st.sampled_from(WRITERS))
    damaged = data.draw(bytes_like((base_ledger() / file).read_bytes()))
    with tempfile.TemporaryDirectory() as home:
        root = Path(shutil.copytree(base_ledger(), Path(home) / "ledger"))
        (root / file).write_bytes(damaged)
        before = state(root)
        ended_well(run(reader, root), reader)
        assert state(root) == before, (file, reader, damaged)
        result = run(writer, root)
        ended_well(result, writer)
        if result.code not in (0, 75):
            after = state(root).items()  # an unfinished last line of the log is set aside, and so told
            changed = {name.split("/")[0] for name, digest in after if before.get(name) != digest}
            assert not changed - {file, "commits", "set-aside"}, (file, writer, damaged)
