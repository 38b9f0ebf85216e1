"""Write the manual pages in man/ from what the code declares: `make man`. A test compares the two."""

from __future__ import annotations

from pathlib import Path

from tools.pages import commands, errors, facts, ledger, rules

FOLDER = Path(__file__).parents[1] / "man"

PAGES = {
    "ilactl.1": commands.page,
    "ilactl-ledger.5": ledger.page,
    "ilactl-rules.5": rules.page,
    "ilactl-facts.7": facts.page,
    "ilactl-errors.7": errors.page,
}
"""Every page by its file name, with what makes its lines."""


def manual() -> dict[str, str]:
    """Every page's text by its file name."""
    return {name: "\n".join(page()) + "\n" for name, page in PAGES.items()}


if __name__ == "__main__":
    for name, text in manual().items():
        (FOLDER / name).write_text(text)
