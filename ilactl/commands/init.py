"""`ilactl init`: make a ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.options import Folder
from ilactl.errors import UsageError

__all__ = ["command"]

_UNIT = re.compile(r"([A-Z]{3}|[a-z][a-z_]{0,19})(?::([0-6]))?", re.ASCII)


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, type=Folder(path_type=Path))
@click.option("--name", metavar="TEXT", default="Training agency", help="The agency's name.")
@click.option("--prefix", metavar="TEXT", default="ILA", help="What generated ids start with. Default: ILA.")
@click.option("--country", metavar="CC", default="EU", help="The country's code. Default: EU.")
@click.option(
    "--zone", metavar="ZONE", default="Europe/Brussels", help="The time zone. Default: Europe/Brussels."
)
@click.option(
    "--unit",
    metavar="UNIT[:DECIMALS]",
    multiple=True,
    default=("EUR",),
    help="What amounts count, such as EUR, JPY:0 or hour:2; may be repeated, the scheme's first. "
    "Default: EUR, with 2 decimals.",
)
@click.option("--shared", is_flag=True, help="Files belong to a group (0660) instead of one user (0600).")
@click.option(
    "--sample", is_flag=True, help="Copy the sample ledger instead: made-up people, a scheme, bookings."
)
@face_options()
def command(
    face: Face, /, folder: Path | None, sample: bool, shared: bool, unit: tuple[str, ...], **settings: str
) -> None:
    """Make a ledger in DIR, a new or empty folder; by default in this one.

    It comes with a commented scheme that runs as it is, in rules/scheme.toml: a yearly base
    amount for everybody of working age, a supplement for the low-qualified from another fund,
    contributions of employers and a match for them, under one cap; what a wallet pays of a
    course, and how an enrolment ends. Change it to what your law says, then 'ilactl rules check'.

    \b
    Examples:
      $ ilactl init agency --name "Employment Service" --prefix LT --country LT --zone Europe/Vilnius
      $ ilactl init demo --sample
    """
    from ilactl.output import Answer, Lines

    target = folder or Path(face.named_ledger() or ".")
    if sample:
        from ilactl.ledger.sample import copy_sample

        _refuse_settings()
        if target.exists() and target.samefile(Path.cwd()):
            raise UsageError(
                reason="the sample cannot take the place of the folder one stands in", hint="name DIR"
            )
        copy_sample(target)
        next_steps = [f"try: ilactl --ledger {target} status"]
    else:
        _make(face, target, settings, unit, shared)
        next_steps = [
            "read ledger.toml and rules/scheme.toml, and change them to what your law says",
            f"try: ilactl --ledger {target} person add --id P1 --set isced_level=2",
        ]
    face.session.booked = 1  # should the answer not be written, the ledger is there all the same
    face.answer(
        Answer(
            "ilactl.init/1",
            blocks=[Lines([f"made a ledger in {target}"])],
            data={"ledger": str(target), "sample": sample},
            notes=next_steps,
        ),
        change=True,
    )


def _refuse_settings() -> None:
    """The sample comes with settings of its own: others would be without effect."""
    ctx = click.get_current_context()
    for name in ("name", "prefix", "country", "zone", "unit", "shared"):
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(reason=f"--{name} does not go with --sample, which has settings of its own")


def _units(texts: Iterable[str]) -> dict[str, int]:
    """The units with their decimals, in the order given."""
    units: dict[str, int] = {}
    for text in texts:
        match = _UNIT.fullmatch(text)
        if not match:
            hint = "write EUR, JPY:0, hour:2 or session:0"
            raise UsageError(reason=f"--unit {text!r} is no unit", hint=hint)
        if match[1] in units:
            raise UsageError(reason=f"--unit {match[1]} stands twice", hint="give each unit once")
        units[match[1]] = int(match[2] or 2)
    return units


def _make(face: Face, target: Path, settings: dict[str, str], unit: Iterable[str], shared: bool) -> None:
    from importlib import resources

    from ilactl.errors import BadManifest
    from ilactl.ledger.create import create_ledger
    from ilactl.ledger.manifest import load_manifest
    from ilactl.ledger.start import start_files

    units = _units(unit)
    rules = (resources.files("ilactl.rules") / "template.toml").read_text("utf-8")
    try:
        files = start_files(settings, units, shared=shared, rules=rules)
        load_manifest(files["ledger.toml"])
    except UnicodeEncodeError:
        raise UsageError(reason="these settings are no UTF-8", hint="write them in UTF-8") from None
    except BadManifest as error:
        faults = "; ".join(finding.message for finding in error.findings)
        raise UsageError(reason=f"these settings cannot be used: {faults}") from None
    create_ledger(target, files, actor=face.actor, now=face.session.now)
