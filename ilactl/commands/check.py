"""`ilactl check`: is the ledger in order?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import Words
from ilactl.errors import ChangedOutside, FindingsFound, IlactlError, Unsafe, UsageError

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.checking import Check, Ground
    from ilactl.ledger.person_plan import Fact
    from ilactl.output import Answer

__all__ = ["checks", "command"]


def checks() -> tuple[Check, ...]:
    """Every check in order: those of the ledger's data, then those of the rules."""
    from ilactl.ledger.checks import CHECKS, Check

    return (*CHECKS, Check.of("rules", "always", rules))


def rules(ground: Ground) -> Iterator[Finding]:
    """The rule files can be used, and no version that booked something was changed."""
    from ilactl.rules.load import read_rules, used_of

    snapshot = ground.snapshot
    if ground.manifest is None:
        return
    texts = {file: snapshot.read_text(file) for file in snapshot.rule_files()}
    yield from read_rules(texts, ground.manifest, None, used_of(snapshot))[1]


def _offered(ctx: click.Context, beginning: str) -> list[tuple[str, str]]:
    return [(check.name, check.meaning) for check in checks()]


class _Command(click.Command):
    """Lists the checks at the end of its help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The checks by tier, each with what must hold."""
        from ilactl.ledger.checks import TIERS

        for tier in TIERS:
            with formatter.section(f"Checks, tier {tier}"):
                formatter.write_dl([(check.name, check.meaning) for check in checks() if check.tier == tier])


@click.command("check", cls=_Command)
@click.argument("names", metavar="[NAME]...", type=Words(_offered), nargs=-1)
@click.option(
    "--tier",
    type=click.Choice(("always", "strict", "all")),
    default="always",
    help="always: what must hold. strict: also what is unwise, and warnings count. all: also hints.",
)
@click.option("--full", is_flag=True, help="Every row and every byte: what is done anyway. Takes no NAME.")
@face_options("on")
def command(face: Face, names: tuple[str, ...], tier: str, full: bool) -> None:
    """Check the ledger: files against the log, rows, sums, registers and rules.

    Says nothing and ends with 0 where all is well; otherwise shows every finding with file, line
    and column, and ends with 1. Warnings alone end with 0, unless --tier is strict or all.
    Name checks to run only those; --tier then only says whether warnings count.

    \b
    Examples:
      $ ilactl check
      $ ilactl check lots held --on 2026-12-31
      $ ilactl check --full
      $ ilactl check --tier strict -O json
    """
    from ilactl.ledger.check_files import broken_log
    from ilactl.ledger.checks import Ground, chosen, run_checks
    from ilactl.nearest import did_you_mean

    if full and names:
        raise UsageError(reason="--full runs every check", hint="leave out the names, or --full")
    everything = checks()
    offered = [check.name for check in everything]
    unknown = [name for name in names if name not in offered]
    if unknown:
        remedy = did_you_mean(unknown[0], offered, limit=len(offered))
        raise UsageError(reason=f"there is no check {', '.join(unknown)}", hint=remedy)
    picked = chosen(everything, names, tier)
    try:
        snapshot = face.snapshot()
    except (ChangedOutside, Unsafe) as error:  # the log itself: nothing else can be told
        found = [(everything[0], [broken_log(error)])]
    else:
        ground = Ground(snapshot, on=_today(face, snapshot), facts=_facts(snapshot, picked))
        found = run_checks(picked, ground)
    findings = [finding for _, some in found for finding in some]
    errors = [finding for finding in findings if not finding.warning]
    counted = findings if tier != "always" else errors
    if face.output_format:
        face.answer(_answer(found, tier))
        if counted:
            raise FindingsFound(count=_count(counted, len(findings)))
        return
    if counted:
        raise FindingsFound(findings=findings, count=_count(counted, len(findings)))
    for finding in findings:
        click.echo(f"warning: {finding.format()}", err=True)


def _count(counted: Sequence[Finding], total: int) -> str:
    from ilactl.findings import count_text

    rest = total - len(counted)
    return count_text(counted) + (f" and {rest} warning{'' if rest == 1 else 's'}" if rest else "")


def _today(face: Face, snapshot: Any) -> Any:
    """Today; where ledger.toml cannot be read, the day in UTC."""
    try:
        return face.on(snapshot)
    except IlactlError:
        return face.given_on or face.today("UTC")


def _facts(snapshot: Any, picked: Sequence[Check]) -> Mapping[str, Fact] | None:
    """The scheme's facts where a check asks for them; None where the rules cannot be read."""
    from ilactl.commands.registering import declared_facts

    if not any(check.name == "facts" for check in picked):
        return None
    try:
        return declared_facts(snapshot)
    except IlactlError:
        return None


def _answer(found: Sequence[tuple[Check, list[Finding]]], tier: str) -> Answer:
    from ilactl.output import Answer, Col

    rows = [
        {
            "check": check.name,
            "code": finding.code,
            "file": finding.place.path,
            "line": finding.place.line or None,
            "column": finding.place.column or None,
            "message": finding.message,
            "remedy": finding.remedy,
            "warning": finding.warning,
        }
        for check, some in found
        for finding in some
    ]
    columns = [
        Col("check"),
        Col("code"),
        Col("file"),
        Col("line", kind="int"),
        Col("column", kind="int"),
        Col("message"),
        Col("remedy"),
        Col("warning"),
    ]
    data = {"tier": tier, "checks": [{"check": check.name, "findings": len(some)} for check, some in found]}
    return Answer("ilactl.check/1", rows=rows, columns=columns, data=data)
