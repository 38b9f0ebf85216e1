"""Commands that only do what a test of the face needs; as a script, ilactl with these commands."""

from __future__ import annotations

import sys
import time
from datetime import date

import click

from ilactl import cli
from ilactl.commands.face import Face, face_options
from ilactl.errors import BadInput, FindingsFound, KeyTaken
from ilactl.findings import Finding, Place
from ilactl.output import Answer, Cell, Col, Money

ANSWER = Answer(
    "probe.answer/1",
    rows=[
        {
            "person": "P1",
            "name": "Ona Petraitytė",
            "usable": Money(50000, "EUR", 2),
            "since": date(2026, 1, 1),
        },
        {"person": "P2", "name": "=HYPERLINK(1)", "usable": Money(-5, "EUR", 2), "since": None},
    ],
    columns=[
        Col("person", "Person"),
        Col("name", "Name"),
        Col("usable", "Usable", "amount"),
        Col("since", "Since", "date"),
    ],
    notes=["2 persons"],
)


@click.group("probe")
def command() -> None:
    """Do what a test needs."""


@command.command("show")
@face_options("on", "yes")
def show(face: Face) -> None:
    """Tell what the face was given."""
    face.answer(
        Answer(
            "probe.show/1",
            rows=[
                {
                    "on": face.given_on,
                    "yes": face.yes,
                    "quiet": face.quiet,
                    "format": face.output_format,
                    "wait": str(face.lock_wait),
                    "ledger": face.named_ledger(),
                    "today": face.today("Europe/Vilnius"),
                }
            ],
        )
    )


@command.command("slow")
@face_options()
def slow(face: Face) -> None:
    """Take longer than anybody likes to wait without a word."""
    with face.working("waiting") as tell:
        tell("counting")
        time.sleep(1.2)


@command.command("answer")
@click.option("--change", is_flag=True, help="As after a change.")
@click.option("--booked", type=int, default=0, help="As after this commit.")
@face_options("dry_run")
def answer(face: Face, change: bool, booked: int) -> None:
    """Answer something fixed."""
    face.session.booked = booked
    face.say("some talk")
    if booked < 0:
        face.warn("first\nsecond\x1b[2J")
    face.answer(ANSWER, change=change)


@command.command("many")
@face_options()
def many(face: Face) -> None:
    """Answer more than a pipe holds."""
    rows = [{"n": number, "text": "x" * 60} for number in range(20_000)]
    face.answer(Answer("probe.many/1", rows=rows, columns=[Col("n", kind="int"), Col("text")]))


@command.command("wide")
@face_options()
def wide(face: Face) -> None:
    """Answer with more columns than a terminal holds."""
    row: dict[str, Cell] = {f"column {n}": f"value{n:02}" for n in range(12)} | {
        "text": "word " * 39 + "word"
    }
    face.answer(Answer("probe.wide/1", rows=[row], columns=[*(Col(name) for name in row)]))


@command.command("fail")
@click.argument("how")
@face_options()
def fail(face: Face, how: str) -> None:
    """End badly."""
    place = Place("persons.csv", 3, 5, "P1,2026-01-01\x1b[31m,9")
    finding = Finding("ISCED", place, "isced_level '9' is not an ISCED level", "write 0 to 8")
    if how == "bug":
        raise ValueError("secret name")
    if how == "findings":
        raise FindingsFound(findings=[finding, finding], count="2 findings")
    if how == "input":
        raise BadInput(findings=[finding], what="persons.csv", count="1 finding")
    if how == "refused":
        raise KeyTaken(key="k\x1b[2J", seq=7)
    if how == "recursion":
        fail.callback(how)  # type: ignore[misc]


@command.command("ask")
@face_options("yes")
def ask(face: Face) -> None:
    """Ask."""
    face.confirm("Book 3 entries?")


@command.command("read")
@click.argument("file")
@face_options()
def read(face: Face, file: str) -> None:
    """Read an input."""
    data, name = face.read_input(file)
    face.answer(
        Answer("probe.read/1", rows=[{"name": name, "bytes": len(data)}], columns=[Col("name"), Col("bytes")])
    )


@command.command("wait")
@face_options()
def wait(face: Face) -> None:
    """Wait to be interrupted."""
    print("waiting", flush=True)
    time.sleep(30)


if __name__ == "__main__":
    cli.COMMANDS["probe"] = "tests.face.probe"
    sys.modules["tests.face.probe"] = sys.modules["__main__"]
    cli.run()
