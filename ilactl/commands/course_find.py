"""`ilactl course find`: suitable courses, and what a wallet can pay of them by a date."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.course_options import refuse_filters
from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import FIELD, ORGANISATION, PERSON
from ilactl.commands.register_rows import declare
from ilactl.errors import NotFound, UsageError
from ilactl.ledger.words import COURSE_KINDS, MODES, TIMES_OF_DAY
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.reports.course_search import Wish

__all__ = ["find"]

_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--field",),
        {"metavar": "CODE", "type": FIELD, "help": "In this ISCED-F field or below it: 06, 061, 0613."},
    ),
    (
        ("--level", "levels"),
        {"metavar": "1-8", "type": click.IntRange(1, 8), "multiple": True, "help": "Of this EQF level."},
    ),
    (("--kind", "kinds"), {"type": click.Choice(COURSE_KINDS), "multiple": True, "help": "Of this kind."}),
    (("--mode", "modes"), {"type": click.Choice(MODES), "multiple": True, "help": "Held like this."}),
    (
        ("--time-of-day", "times"),
        {"type": click.Choice(TIMES_OF_DAY), "multiple": True, "help": "Held then."},
    ),
    (("--language", "languages"), {"metavar": "LL", "multiple": True, "help": "Held in this language."}),
    (("--provider",), {"metavar": "ID", "type": ORGANISATION, "help": "Held by this provider."}),
    (("--max-price",), {"metavar": "AMOUNT", "help": "At most this dear: 500, or '500 EUR'."}),
    (
        ("--starts-from",),
        {"metavar": "DATE", "type": Day(), "help": "With a run that starts on that day or later."},
    ),
    (("--starts-until",), {"metavar": "DATE", "type": Day(), "help": "With a run that starts by that day."}),
    (
        ("--in-demand",),
        {"is_flag": True, "help": "With evidence in force that the labour market asks for it."},
    ),
    (
        ("--affordable-by",),
        {"metavar": "DATE", "type": Day(), "help": "Which the wallet of --person can pay by that day."},
    ),
    (("--person",), {"metavar": "ID", "type": PERSON, "help": "Whose wallet pays."}),
    (
        ("--limit",),
        {"metavar": "N", "type": click.IntRange(1), "default": 50, "help": "At most so many. Default: 50."},
    ),
)


@click.command("find")
@click.argument("words", nargs=-1)
@declare(_OPTIONS)
@face_options("on")
def find(face: Face, /, words: tuple[str, ...], **options: Any) -> None:
    """Find courses by words of their titles and by what somebody wishes, the best first.

    All words must be there, in any title and order; capitals and accents make no difference, and a
    word that is nowhere is taken for one that is spelt alike. An option given several times takes
    any of its values. Shown are courses offered on the day, each with the first run that one may
    still enrol in.

    With --affordable-by and --person: courses that the person's wallet can pay by that day, as far as
    the rules let it pay at all, with what lies in it now and what the grant rules will have brought by
    then if facts stay as they are. What the person adds stands beside. Exit status 66 where none is found.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title "Web programming" --field 0613
      $ ilactl course run add C1 --starts 2027-02-01 --mode distance --time-of-day evening
      $ ilactl course find programming --field 061 --mode distance --time-of-day evening
      $ ilactl course find programing --starts-from 2027-01-01 --starts-until 2027-06-30
    """
    from ilactl.reports.course_list import found_answer
    from ilactl.reports.course_search import search

    by, person = options["affordable_by"], options["person"]
    if (by is None) != (person is None):
        reason = "--affordable-by and --person go together: whose wallet, and by when"
        raise UsageError(reason=reason, hint="give both, or leave both out")
    snapshot = face.snapshot()
    on = face.on(snapshot)
    if by is not None and by < on:
        raise UsageError(reason=f"--affordable-by {by} lies before {on}", hint="give a day from then on")
    hits = search(snapshot, _wish(snapshot, words, options), on)
    wallet = None
    if by is not None:
        from ilactl.rules.affordable import WalletAhead
        from ilactl.rules.load import load_scheme

        wallet = WalletAhead(snapshot, load_scheme(snapshot), person, on, by)
    single = {"mode": options["modes"], "time_of_day": options["times"]}
    asked = {name for name, words in single.items() if len(words) == 1}
    answer = found_answer(snapshot, hits, wallet, on, options["limit"], asked)
    if not answer.rows:
        if hits:
            hint = f"{len(hits)} match otherwise; 'ilactl explain {person}' tells what the wallet holds"
            raise NotFound(what=f"a course that {person} can pay by {by}", hint=hint)
        raise NotFound(what="a course like this", hint="use fewer or shorter words, or fewer options")
    face.answer(answer)


def _wish(snapshot: Snapshot, words: tuple[str, ...], options: dict[str, Any]) -> Wish:
    """The options as what is looked for. Raises UsageError for values that cannot be."""
    from ilactl.reports.course_search import Wish

    field, provider = options["field"] or "", options["provider"] or ""
    refuse_filters(snapshot, field=field, provider=provider, languages=options["languages"])
    amount, unit = _most(snapshot, options["max_price"])
    first, last = options["starts_from"], options["starts_until"]
    if first and last and last < first:
        raise UsageError(
            reason=f"--starts-until {last} lies before --starts-from {first}", hint="swap the two"
        )
    return Wish(
        words=words,
        field=field,
        levels=options["levels"],
        kinds=options["kinds"],
        modes=options["modes"],
        times=options["times"],
        languages=options["languages"],
        provider=provider,
        max_price=amount,
        unit=unit,
        starts_from=first,
        starts_until=last,
        in_demand=options["in_demand"],
    )


def _most(snapshot: Snapshot, text: str | None) -> tuple[Fraction | None, str]:
    """`AMOUNT[ UNIT]` as a number of whole units and a unit."""
    from ilactl.money import parse_decimal

    if text is None:
        return None, ""
    amount, _, unit = text.partition(" ")
    value, units = parse_decimal(amount), snapshot.manifest.units
    if value is None or value < 0:
        raise UsageError(
            reason=f"--max-price {text!r} is not an amount such as 500 or 500.00",
            hint="write a point before decimals",
        )
    if unit and unit not in units:
        raise UsageError(reason=f"unit {unit} is not declared in ledger.toml", hint=did_you_mean(unit, units))
    return value, unit
