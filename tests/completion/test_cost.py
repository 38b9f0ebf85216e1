"""What it costs to complete an id among 100,000 persons: processor time of a whole process."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from ilactl.ledger.columns import PERSONS
from tests.completion.support import VARIABLE

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RUNS = 5


def processor_seconds(command: list[str], env: dict[str, str], out: Path) -> float:
    """User and system time of one run; what it prints goes to a file."""
    with open(out, "wb") as file:
        process = os.posix_spawn(
            command[0], command, env, file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1)]
        )
        _, status, used = os.wait4(process, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime


def test_completing_an_id_costs_at_most_twice_an_import_of_click(tmp_path: Path) -> None:
    choose = random.Random(7)
    persons = ["RM-" + "".join(choose.choices(SIGNS, k=8)) for _ in range(100_000)]
    rows = (f"{person},2026-01-01,3,employed,0.8,O12,North,carers,," for person in persons)
    (tmp_path / "persons.csv").write_text("\n".join([PERSONS.header, *rows, ""]))
    (tmp_path / "ledger.toml").touch()
    last = persons[-1]
    env = {
        "PATH": os.environ["PATH"],
        "ILACTL_LEDGER": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    asked = {VARIABLE: "bash_complete", "COMP_WORDS": f"ilactl balance {last[:6]}", "COMP_CWORD": "2"}
    start = "import sys; from ilactl.entry import run; sys.exit(run())"
    said = tmp_path / "said"
    import_click, complete = [], []
    for _ in range(RUNS):
        import_click.append(processor_seconds([sys.executable, "-c", "import click"], env, said))
        complete.append(processor_seconds([sys.executable, "-c", start], {**env, **asked}, said))
    assert f"plain,{last}" in said.read_text().split()
    assert min(complete) <= 2.0 * min(import_click)
