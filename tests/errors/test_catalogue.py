"""The error catalogue: each code has its cases, each comes out to the letter, and nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ilactl.commands.topics import TOPICS
from ilactl.errors import catalogue
from tests.errors.catalogue import FOLDER, Outcome, carry_out, case_of, cases, slug

CASES = {slug(path): path for path in cases()}
WRITES = {
    "BOOKED/answer-lost",
    "CHANGED-MEANWHILE/between-plan-and-yes",
    "ERASE-TRACE/copy-in-the-folder",
}
"""Where the ledger changes by what the case is about: it is booked or erased, or another command books."""


def declared() -> set[str]:
    """Every code of an error and of a finding."""
    findings = {str(row["code"]) for row in TOPICS["findings"][1]().rows}
    return findings | {error.code for error in catalogue()}


def test_every_code_has_a_case_and_every_folder_is_a_code() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == declared()
    assert {name.split("/")[0] for name in CASES} == folders


def test_there_are_two_hundred_bad_inputs() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize("name", CASES)
def test_the_case_comes_out_to_the_letter(name: str) -> None:
    path = CASES[name]
    outcome = carry_out(case_of(path))
    code = path.parent.name
    assert outcome.text == path.read_text(encoding="utf-8"), "after a change that is meant: make errors"
    assert (outcome.changed == []) == (name not in WRITES), f"{name} changed {outcome.changed}"
    assert "Traceback" not in outcome.text
    assert f" {code} " in outcome.result.err, f"the last command does not say {code}"
    assert outcome.result.code or "warning: " in outcome.result.err
    _json_form(code, path.with_suffix(".json"), outcome)


def _json_form(code: str, path: Path, outcome: Outcome) -> None:
    if outcome.as_json is None:  # the case is about -O itself
        assert not path.exists()
        return
    assert outcome.as_json == path.read_text(encoding="utf-8"), "after a change that is meant: make errors"
    said = json.loads(outcome.as_json)
    answer, error = (said["stdout"], said["stderr"]) if "stdout" in said else (None, said)
    warned = error if isinstance(error, str) else ""  # warnings that stand beside an answer
    error = error if isinstance(error, dict) else None
    findings = [*((error or {}).get("findings") or ()), *((answer or {}).get("rows") or ())]
    if error:
        assert error["schema"] == "ilactl.error/1"
        assert error["exit_status"] == outcome.result.code
        assert all(error[name] for name in ("code", "message"))
    told = [finding for finding in findings if finding.get("code") == code]
    assert told or (error and error["code"] == code) or f" {code} " in warned
    for finding in told:
        assert all(finding[name] for name in ("message", "remedy", "file"))
        place = ":".join(str(finding[name]) for name in ("file", "line", "column") if finding[name])
        assert f"{place}: {code} " in outcome.result.err
