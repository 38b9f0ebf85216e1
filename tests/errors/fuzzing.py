"""Generated bad input: how it is made, how much of it, and what must be true of every finding about it.

`make fuzz` (ILACTL_FUZZ=long) runs for minutes; `make test` runs a small part of the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ilactl.findings import Finding
from tests.thorough import LONG

__all__ = ["LONG", "bytes_like", "fuzz", "sound", "text_like", "toml_like"]

NASTY = (
    b"\0",
    b"\r",
    b"\r\n",
    b"\n",
    b"\n\n",
    b'"',
    b'""',
    b"'",
    b"'''",
    b'"""',
    b",",
    b";",
    b"\t",
    b"=",
    b"#",
    b"\\",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xe9",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "\u202e".encode(),
    "\u2028".encode(),
    "１".encode(),
    "é".encode(),
    b"[",
    b"]",
    b"[[",
    b"]]",
    b"{",
    b"}",
    b"(",
    b")",
    b"[" * 3000,
    b"{a=" * 500,
    b"(" * 3000,
    b"9" * 5000,
    b"-",
    b"--",
    b"/*",
    b"nan",
    b"-inf",
    b"1e9999",
    b"0x10",
    b"1_000",
    b"true",
    b"null",
    b"2026-02-30",
    b"9999-12-31",
    b"0000-01-01",
    b"2026-01-01T00:00:00Z",
    b"x" * 20_000,
    b".",
)
"""What breaks readers: put in anywhere."""


def fuzz(examples: int) -> Callable[[Any], Any]:
    """How often a test runs: some in the suite, a hundred times as many in the long run."""
    return settings(
        max_examples=examples * 100 if LONG else examples,
        deadline=timedelta(seconds=20),
        suppress_health_check=list(HealthCheck),
        derandomize=not LONG,
        database=None,
    )


@st.composite
def bytes_like(draw: st.DrawFn, good: bytes) -> bytes:
    """The good bytes with a few things changed: bytes put in, taken out, doubled; lines swapped or lost."""
    data = good
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("put", "put", "cut", "double", "line", "swap", "end", "over")))
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(1, 40))
        new = draw(st.one_of(st.sampled_from(NASTY), st.binary(min_size=1, max_size=6)))
        lines = data.split(b"\n")
        first = draw(st.integers(0, len(lines) - 1))
        second = draw(st.integers(0, len(lines) - 1))
        if kind == "put":
            data = data[:at] + new + data[at:]
        elif kind == "over":
            data = data[:at] + new + data[at + size :]
        elif kind == "cut":
            data = data[:at] + data[at + size :]
        elif kind == "double":
            data = data[:at] + data[at : at + size] * 2 + data[at + size :]
        elif kind == "line":
            data = b"\n".join(
                [*lines[:first], *([lines[first]] * draw(st.integers(0, 3))), *lines[first + 1 :]]
            )
        elif kind == "swap":
            lines[first], lines[second] = lines[second], lines[first]
            data = b"\n".join(lines)
        else:
            data = data[:at]
    return data


def text_like(good: str, words: str) -> st.SearchStrategy[str]:
    """The good text with some of `words`, or anything else, put in or over it."""
    known = words.split()

    @st.composite
    def changed(draw: st.DrawFn) -> str:
        text = good
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(text)))
            size = draw(st.integers(0, 12))
            new = draw(st.one_of(st.sampled_from(known), st.text(max_size=8)))
            text = text[:at] + new + text[at + size :]
        return text

    return changed()


VALUES = (
    "1",
    "0",
    "-1",
    "1.5",
    "nan",
    "inf",
    "true",
    "[]",
    "{}",
    '""',
    '"0.00"',
    '"-5.00"',
    '"1e3"',
    '"1,000.00"',
    "[1]",
    '[""]',
    "[[]]",
    "2026-02-28",
    "2026-01-01T00:00:00Z",
    "{ a = 1 }",
    "[{}]",
    '[{ from = "2026-01-01" }]',
    '"""\nx\n"""',
    '"é\u202e"',
    '"\\u0000"',
    "99999999999999999999",
    '{ kind = "state" }',
    "{ value = 5 }",
    '["own", "own"]',
    "'\"'",
)
"""Values that TOML can read, and few keys can have."""


@st.composite
def toml_like(draw: st.DrawFn, good: str, words: str) -> str:
    """The good file, still TOML: keys renamed, values changed, lines and tables gone, doubled or moved."""
    known = words.split()
    lines = good.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition(" = ")
        kind = draw(st.sampled_from(("value", "value", "word", "key", "gone", "double", "move")))
        word = draw(st.sampled_from(known)).replace("\\", "").replace('"', "")
        if kind == "value" and equals:
            lines[at] = f"{key} = {draw(st.sampled_from(VALUES))}"
        elif kind == "word" and equals:
            lines[at] = f'{key} = "{word}"'
        elif kind == "key" and equals:
            lines[at] = lines[at].replace(key, f'"{word}"', 1)
        elif kind == "gone":
            del lines[at]
        elif kind == "double" and not equals:
            lines[at:at] = lines[at : at + draw(st.integers(1, 12))]
        elif kind == "move":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        lines = lines or [""]
    return "\n".join(lines)


def sound(findings: Iterable[Finding], files: dict[str, bytes]) -> None:
    """Every finding has a code, words, a remedy, and a position inside one of the files; it can be shown."""
    for finding in findings:
        place = finding.place
        assert finding.code
        assert finding.message
        assert finding.remedy, finding.format()
        assert finding.as_dict()["code"] == finding.code
        assert all(line.isprintable() for line in finding.format().split("\n")), finding.format()
        assert place.path in files, place.path
        data = files[place.path]
        lines = data.decode("utf-8", "backslashreplace").split("\n")
        assert 0 <= place.line <= max(1, len(lines)), (place, len(lines))
        if place.line:
            line = lines[place.line - 1]
            assert 0 <= place.column <= len(line) + 2, (place, line)
            if place.text and b"\xef\xbf\xbd" not in data and "\ufffd" not in place.text:
                assert place.text.rstrip("\r")[:200] in line, (place, line)
