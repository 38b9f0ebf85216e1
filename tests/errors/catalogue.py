"""Every case of the catalogue: where it stands, how it is run, and what it comes to."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import Result, call_in_process
from tests.errors.moment import NOW
from tests.errors.tools import NAMES, SCRIPT
from tests.errors.transcript import Case, Step, read_case, run_step, scene

__all__ = ["FOLDER", "Outcome", "base_ledger", "carry_out", "case_of", "cases", "slug", "state"]

FOLDER = Path(__file__).parent


@dataclass
class Outcome:
    """What a case came to: its file and its JSON form, anew, and what its last command did."""

    text: str
    as_json: str | None
    result: Result
    changed: list[str]


def cases() -> list[Path]:
    """The file of every case."""
    return sorted(FOLDER.glob("*/*.txt"))


def slug(path: Path) -> str:
    """The case's name: its code and what is special about it."""
    return f"{path.parent.name}/{path.stem}"


def case_of(path: Path) -> Case:
    """The case as written."""
    return read_case(path.read_text(encoding="utf-8"))


@cache
def _base() -> tuple[Path, Path]:
    """The ledger that cases begin with, and the folder of the tools."""
    home = Path(tempfile.mkdtemp(prefix="catalogue-"))
    tools = home / "tools"
    tools.mkdir()
    for name in NAMES:
        (tools / name).write_text(SCRIPT.format(name=name))
        (tools / name).chmod(0o755)
    ledger = home / "ledger"
    call_in_process(("init", ledger), None, None, None, NOW).ok()
    base = read_case((FOLDER / "base.txt").read_text())
    scene(base, ledger)
    for step in base.steps:
        run_step(step.line, ledger, tools).ok()
    return ledger, tools


def base_ledger() -> Path:
    """The folder of the ledger that cases begin with; nobody may write to it."""
    return _base()[0]


def state(folder: Path) -> dict[str, str]:
    """Every file of the ledger with its digest; hints and caches are nobody's business."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] == ".ilactl":
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder" if path.is_dir() else "special"
    return found


def _printed(result: Result) -> str:
    """The outcome in a case's words."""
    out = "".join(f"| {line}\n" for line in result.out.splitlines())
    return result.err + out + (f"exit {result.code}\n" if result.code else "")


def _settled(text: str, folder: Path) -> str:
    """The text without what is the machine's or chance: the folder's path, salts, keys, source lines."""
    for home in (folder.parent.resolve(), folder.parent):
        text = text.replace(str(home), "/home")
    text = re.sub(r"(?<=,)[0-9a-f]{16,32}(?=[\n\"])", "0123456789abcdef", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, text)
    text = re.sub(r"z6Mk[1-9A-HJ-NP-Za-km-z]{44}", "z6Mk" + "1" * 44, text)
    text = re.sub(r"(z6Mk1{44},1),[0-9]+,", r"\1,4711,", text)  # a place in a status list is drawn
    return re.sub(r"(?<= at )([a-z/_]+\.py):\d+", r"\1:123", text)


class Scene:
    """The ledger of one case in a folder of its own."""

    def __init__(self, case: Case, home: Path) -> None:
        """Lay the case's files over the ledger."""
        ledger, self.tools = _base()
        self.folder = home / "ledger"
        shutil.copytree(ledger, self.folder)
        scene(case, self.folder)

    def run(self, line: str) -> Result:
        """One command line, with what it printed settled."""
        result = run_step(line, self.folder, self.tools)
        return Result(result.code, _settled(result.out, self.folder), _settled(result.err, self.folder))


@contextmanager
def _stage(case: Case) -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="case-") as home:
        yield Scene(case, Path(home))


def carry_out(case: Case) -> Outcome:
    """Run the case, and its last command once more for the JSON form: anew where it changed something."""
    lines = [step.line for step in case.steps]
    last = lines[-1]
    in_json = re.sub(r"(^|[\s;|&(])ilactl(?=\s|$)(?!.*\silactl\s)", r"\1ilactl -O json", last)
    if re.search(r"(^|\s)(-O|--output-format)", last):
        in_json = ""
    answer = None
    with _stage(case) as stage:
        printed = [stage.run(line) for line in lines[:-1]]
        before = state(stage.folder)
        printed.append(stage.run(last))
        after = state(stage.folder)
        changed = sorted(n for n in before | after if before.get(n) != after.get(n))
        if in_json and not changed:
            answer = stage.run(in_json)
    if in_json and changed:
        with _stage(case) as stage:
            for line in lines[:-1]:
                stage.run(line)
            answer = stage.run(in_json)
    new = Case(case.about, case.files, [Step(n, _printed(r)) for n, r in zip(lines, printed, strict=True)])
    return Outcome(new.text(), _json_form(answer) if answer else None, printed[-1], changed)


def _json_form(result: Result) -> str:
    """The JSON object on stderr; with the answer on stdout where there is one."""
    told, brace, body = result.err.partition("{")  # a question may stand before it
    said = json.loads(brace + body) if brace else told or None
    if result.out:
        answer = json.loads(result.out) if result.out.startswith("{") else result.out
        said = {"stdout": answer, "stderr": said}
    return json.dumps(said, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
