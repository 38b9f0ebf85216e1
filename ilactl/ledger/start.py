"""What a new ledger starts with: its settings, a running scheme, empty registers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources

from ilactl.ledger.columns import TABLES

__all__ = ["GITIGNORE", "start_files"]

GITIGNORE = """\
# Who people are stays out of version control: a history keeps every name for ever.
identities.csv
commits/
.ilactl/
*.partial
"""


def start_files(
    settings: Mapping[str, str], units: Mapping[str, int], *, shared: bool, rules: str
) -> dict[str, bytes]:
    """The files of a new ledger by name.

    `settings` hold name, prefix, country and zone; `units` say how many decimals each has, the
    scheme's first; `rules` is the text of the scheme, written for EUR.
    """
    text = (resources.files("ilactl.ledger") / "template.toml").read_text("utf-8")
    for name in ("name", "prefix", "country", "zone"):
        text = text.replace(f"@{name.upper()}@", json.dumps(settings[name], ensure_ascii=False))
    counted = "\n\n".join(f"[units.{unit}]\nscale = {scale}" for unit, scale in units.items())
    text = text.replace("@UNITS@", counted).replace("@SHARED@", str(shared).lower())
    files = {
        "ledger.toml": text.encode(),
        ".gitignore": GITIGNORE.encode(),
        "rules/scheme.toml": rules.replace('"EUR"', json.dumps(next(iter(units)))).encode(),
    }
    files.update((table.file, table.header.encode() + b"\n") for table in TABLES)
    return files
