"""What the models of a rule file's tables share: how names, days, texts and expressions are written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

__all__ = ["Day", "Expression", "Listed", "Name", "RuleTable", "Text"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Text = Annotated[str, StringConstraints(max_length=500)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Listed = BeforeValidator(_listed)
"""One text stands for a list of one."""


class RuleTable(BaseModel):
    """A table of a rule file: no key beside its own, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)
