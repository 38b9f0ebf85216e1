"""The options that tell of a course, and the cells they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.parameters import COURSE, FIELD, ORGANISATION, UNIT
from ilactl.commands.register_rows import declare, from_option
from ilactl.commands.registering import pairs
from ilactl.errors import NotFound, UsageError
from ilactl.ledger.words import COURSE_KINDS, CYCLES

if TYPE_CHECKING:
    from ilactl.ledger.course_plan import CoursePlanner
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["course_facts", "course_options", "course_planner", "given_cells", "refuse_filters"]

_PLAIN = (
    "provider", "kind", "title", "eqf_level", "cycle", "field", "ects", "hours", "price", "eligible", "unit",
    "assessment", "quality_assurance", "prerequisites", "part_of",
)  # fmt: skip

_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("--title",), {"metavar": "TEXT", "help": "Its title."}),
    (
        ("--title-in",),
        {
            "metavar": "LL=TEXT",
            "multiple": True,
            "help": "Its title in another language, such as sv=Svetsning.",
        },
    ),
    (("--provider",), {"metavar": "ID", "type": ORGANISATION, "help": "Who holds it: a provider."}),
    (("--kind",), {"type": click.Choice(COURSE_KINDS), "help": "What it is."}),
    (("--level", "eqf_level"), {"metavar": "1-8", "help": "EQF level."}),
    (("--cycle",), {"type": click.Choice(CYCLES), "help": "Cycle of higher education."}),
    (("--field",), {"metavar": "CODE", "type": FIELD, "help": "ISCED-F 2013 field, two to four digits."}),
    (("--ects",), {"metavar": "NUMBER", "help": "ECTS credits."}),
    (("--hours",), {"metavar": "NUMBER", "help": "Workload in hours."}),
    (("--price",), {"metavar": "AMOUNT", "help": "Price."}),
    (("--eligible",), {"metavar": "AMOUNT", "help": "What of the price entitlement may pay. Default: all."}),
    (("--unit",), {"metavar": "UNIT", "type": UNIT, "help": "Unit of both. Default: the only one there is."}),
    (
        ("--language", "languages"),
        {"metavar": "LL", "multiple": True, "help": "A language it is held in; may be given several times."},
    ),
    (("--assessment",), {"metavar": "TEXT", "help": "How it is assessed."}),
    (("--quality-assurance",), {"metavar": "TEXT", "help": "The quality assurance it stands under."}),
    (("--prerequisites",), {"metavar": "TEXT", "help": "What one must know or hold before."}),
    (("--part-of",), {"metavar": "ID", "type": COURSE, "help": "The course whose award it counts towards."}),
    (
        ("--set", "facts"),
        {
            "metavar": "FACT=VALUE",
            "multiple": True,
            "help": "A fact of courses that the scheme declares. An empty value unsets it.",
        },
    ),
)


def course_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that tell of a course, and --from."""
    return declare(_OPTIONS)(from_option(function))


def given_cells(options: Mapping[str, Any]) -> dict[str, str]:
    """The cells that the options name, by column; titles as title_LL, facts by name.

    Raises UsageError for what is not of its form, or a fact that has a column's name.
    """
    cells: dict[str, str] = {name: options[name] for name in _PLAIN if options[name] is not None}
    if options["languages"]:
        cells["languages"] = " ".join(dict.fromkeys(options["languages"]))
    for language, text in pairs(options["title_in"], "--title-in").items():
        if not (len(language) == 2 and language.isascii() and language.islower()):
            raise UsageError(
                reason=f"--title-in {language}: {language!r} is no language code of two small letters",
                hint="write for example --title-in sv=Svetsning",
            )
        cells[f"title_{language}"] = text
    for name, text in pairs(options["facts"], "--set").items():
        if name in cells or name in _PLAIN or name in ("languages", "titles", "withdrawn"):
            raise UsageError(
                reason=f"{name} is no fact that a scheme declares", hint="give it with its own option"
            )
        cells[name] = text
    return cells


def course_facts(snapshot: Snapshot, names: Iterable[str]) -> dict[str, Fact]:
    """The facts that the scheme declares of courses; none is read where the names need none.

    Raises BadRules where the rules cannot be read.
    """
    from ilactl.ledger.columns import COURSES
    from ilactl.ledger.course_plan import is_title

    if all(name in COURSES.names or is_title(name) for name in names):
        return {}
    from ilactl.rules.load import load_scheme

    return dict(load_scheme(snapshot).course_facts)


def course_planner(snapshot: Snapshot, names: Iterable[str]) -> CoursePlanner:
    """A planner of one row, for cells of these names."""
    from ilactl.ledger.course_plan import CoursePlanner

    return CoursePlanner(snapshot, whole=False, facts=course_facts(snapshot, names))


def refuse_filters(
    snapshot: Snapshot, *, field: str, provider: str = "", languages: Iterable[str] = ()
) -> None:
    """Raise UsageError or NotFound for what no course can have: finding nothing would hide the slip."""
    from ilactl.ledger.isced_fields import field_label, field_remedy
    from ilactl.ledger.organisations import organisation

    if field and not field_label(field):
        raise UsageError(reason=f"--field {field} is not one of ISCED-F 2013", hint=field_remedy(field))
    for one in languages:
        if not (len(one) == 2 and one.isascii() and one.islower()):
            hint = "as in --language sv; give the option again for another language"
            raise UsageError(reason=f"--language {one!r} is not a code of two small letters", hint=hint)
    if provider and organisation(snapshot, provider) is None:
        hint = "'ilactl organisation find WORDS' looks for one"
        raise NotFound(what=f"organisation {provider}", hint=hint)
