"""IBANs: what is wrong with one, and how people read one. The number itself says little of who owns it."""

from __future__ import annotations

import re

__all__ = ["compact_iban", "iban_fault", "spaced_iban"]

_PART = re.compile(r"([1-9][0-9]*)!([nac])")
_ALLOWED = {"n": "digits", "a": "capital letters", "c": "letters and digits"}


def compact_iban(text: str) -> str:
    """The number without the spaces that people write into it, in capitals."""
    return text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").upper()


def spaced_iban(iban: str) -> str:
    """The number in groups of four, as it stands on paper."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def iban_fault(iban: str) -> str:
    """What is wrong with a compact IBAN, in words; empty where nothing is.

    Its country's length and structure are held against the published register, its check digits
    against modulo 97, and where a country has check digits of its own, these too.
    """
    from stdnum import numdb
    from stdnum.exceptions import InvalidChecksum, ValidationError
    from stdnum.iban import calc_check_digits, validate

    if not re.fullmatch(r"[A-Z0-9]*", iban, re.ASCII):
        strange = next(c for c in iban if not re.fullmatch(r"[A-Z0-9]", c, re.ASCII))
        return f"{strange!r} is neither a letter nor a digit"
    if not re.match(r"[A-Z]{2}[0-9]{2}", iban):
        return "it does not begin with a country's two letters and two digits"
    found = numdb.get("iban").info(iban)[0][1]
    if not found:
        return f"no country with the code {iban[:2]} has IBANs"
    parts = _PART.findall(found["bban"])
    length = 4 + sum(int(number) for number, _ in parts)
    if len(iban) != length:
        return f"it has {len(iban)} characters, one of {found['country']} has {length}"
    at = 4
    for number, kind in parts:
        part, wanted = iban[at : at + int(number)], {"n": "[0-9]*", "a": "[A-Z]*", "c": "[A-Z0-9]*"}[kind]
        if not re.fullmatch(wanted, part):
            what = f"{part!r} in place {at + 1} to {at + int(number)}"
            return f"{what} holds more than {_ALLOWED[kind]}"
        at += int(number)
    if calc_check_digits(iban) != iban[2:4]:
        return "its check digits do not fit: a character is wrong, or two have changed places"
    try:
        validate(iban)
    except InvalidChecksum:
        return f"the check digits that banks of {found['country']} use do not fit"
    except ValidationError:  # a list of banks says so, and such lists age
        return ""
    return ""
