"""Imports point one way, the core touches no terminal and no clock, and one place writes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
    for path in sorted((ROOT / "ilactl").rglob("*.py"))
}
LAYERS = {  # what each layer may import of the layers above the base
    "commands": {"commands", "credentials", "reports", "rules", "ledger", "output"},
    "credentials": {"credentials", "ledger"},
    "reports": {"reports", "rules", "ledger", "output"},
    "rules": {"rules", "ledger"},
    "ledger": {"ledger"},
    "output": {"output"},
    "base": set(),
}
BASE = {"errors", "findings", "printable", "money", "dates", "nearest", "__init__"}
FACE_ONLY = {"click", "rich", "tabulate"}
MAY_IMPORT = {
    "click": ("ilactl.commands", "ilactl.cli"),
    "rich": ("ilactl.output.table",),
    "tabulate": ("ilactl.output.data",),
}
HEAVY = {"duckdb", "holidays", "openpyxl", "pydantic", "rich", "tabulate", "tomlkit"}
HEAVY |= {"PIL", "fontTools", "fpdf", "segno", "uharfbuzz"}
ON_DEMAND = {
    "ilactl.output.table",
    "ilactl.rules.files",
    "ilactl.rules.shapes",
    "ilactl.rules.shapes_spending",
    "ilactl.rules.shape_parts",
}
"""Modules that are themselves imported only where they are used."""


def layer_of(module: str) -> str:
    """The layer a module belongs to: its folder, or `base`, or `face` for the front door."""
    part = module.split(".")[1] if "." in module else "__init__"
    if part in LAYERS:
        return part
    return "base" if part in BASE else "face"


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that is imported, wherever in the code, with the statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node


def calls(tree: ast.AST) -> Iterator[str]:
    """The dotted names of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    mine = layer_of(module)
    if mine == "face":
        return
    for name, _ in imports(MODULES[module]):
        if name.startswith("ilactl."):
            other = layer_of(name)
            assert other == "base" or other in LAYERS[mine], f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_click_rich_and_tabulate_stay_in_the_face(module: str) -> None:
    for name, _ in imports(MODULES[module]):
        package = name.split(".")[0]
        if package in MAY_IMPORT:
            assert module.startswith(MAY_IMPORT[package]), f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_are_imported_where_they_are_used(module: str) -> None:
    tree = MODULES[module]
    top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    slow = set() if module in ON_DEMAND else HEAVY | ON_DEMAND
    for name, node in imports(tree):
        heavy = name in slow or name.split(".")[0] in slow
        assert not (node in top and heavy), f"{module} imports {name} at its top"


SIGNING = {"cryptography", "pyld", "base58"}


@pytest.mark.parametrize("module", [m for m in MODULES if layer_of(m) != "credentials"])
def test_signing_stays_in_its_room(module: str) -> None:
    for_types = {
        node
        for block in MODULES[module].body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
    }
    for name, node in imports(MODULES[module]):
        assert node in for_types or name.split(".")[0] not in SIGNING, f"{module} imports {name}"
        at_top = node in MODULES[module].body
        assert not (at_top and name.startswith("ilactl.credentials")), f"{module} imports {name} at its top"


CORE = [m for m in MODULES if layer_of(m) in ("ledger", "rules", "reports", "credentials", "base")]
CLOCKS = ("date.today", "datetime.now", "datetime.utcnow", "datetime.today", "time.time", "time.localtime")


@pytest.mark.parametrize("module", CORE)
def test_the_core_asks_no_clock_terminal_or_environment(module: str) -> None:
    called = set(calls(MODULES[module]))
    forbidden = {"print", "input", "sys.exit", "exit", "quit", "os.getenv", "locale.setlocale", *CLOCKS}
    assert not called & forbidden
    source = ast.unparse(MODULES[module])
    for word in ("os.environ", "sys.stdout", "sys.stderr", "sys.stdin", "isatty"):
        assert word not in source


WRITERS = {
    "ilactl.ledger.files",  # the door to the disk
    "ilactl.ledger.disk",  # what goes through it
    "ilactl.ledger.create",  # the folder of a new ledger
    "ilactl.ledger.sample",  # the same, copied
    "ilactl.ledger.copying",  # a copy outside the ledger, which it only reads
    "ilactl.ledger.cache",  # what may be deleted at any moment
    "ilactl.ledger.outside",  # what people asked for, beside the ledger
    "ilactl.ledger.overlay",  # an unlinked copy for the engine
}
WRITING = (
    "os.replace", "os.rename", "os.unlink", "os.remove", "os.truncate", "os.ftruncate", "os.pwrite",
    "os.write", "os.mkdir", "os.makedirs", "os.chmod", "os.fchmod", "os.link", "os.symlink", "shutil.copy",
    "shutil.move", "shutil.rmtree", "shutil.copytree",
)  # fmt: skip
WRITING_METHODS = ("write_text", "write_bytes", "touch", "rename", "unlink", "mkdir", "rmdir", "symlink_to")


@pytest.mark.parametrize("module", MODULES)
def test_one_module_writes(module: str) -> None:
    if module in WRITERS:
        return
    for name in calls(MODULES[module]):
        assert name not in WRITING, f"{module} calls {name}"
        if name.split(".")[-1] in WRITING_METHODS:
            owner = name.rpartition(".")[0]
            assert owner.endswith("folder"), f"{module} calls {name}"
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "io.open"):
            mode = ast.unparse(node.args[1]) if len(node.args) > 1 else "'r'"
            assert mode in ("'r'", "'rb'"), f"{module} opens a file for writing"


def imported_by(*args: str, cwd: Path) -> set[str]:
    """What a run of ilactl imports, by package."""
    script = (
        "import sys; from ilactl import cli\n"
        "try: code = cli.main(sys.argv[1:])\n"
        "finally: print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["--version", "help", "help exit-codes -O json"])
def test_little_is_imported_to_say_little(words: str, tmp_path: Path) -> None:
    assert not imported_by(*words.split(), cwd=tmp_path) & HEAVY


def test_a_balance_needs_no_engine(sample_ledger: Path) -> None:
    assert not imported_by("balance", cwd=sample_ledger) & (HEAVY - {"duckdb"})
