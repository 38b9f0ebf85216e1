"""What ilactl-ledger(5) says of entries: accounts, kinds with rows that show them, lots.

A test fails where an account or a kind has no line, and where the rows are no book that adds up.
"""

from __future__ import annotations

__all__ = ["ACCOUNTS", "KINDS", "LOTS"]

ACCOUNTS: dict[str, str] = {
    "fund:NAME": "public money, by the fund's name in ledger.toml; may go down without end",
    "employer:ID": "an employer, by its id in organisations.csv",
    "service:ID": "an employment service",
    "provider:ID": "a training provider",
    "agency:PREFIX": "another agency's ledger, from or to which a person was transferred",
    "wallet:CLASS": "what the person may reserve, in lots of that class",
    "held:CLASS": "what is reserved of that class and not yet settled",
    "own": "the holder's own money",
    "pool": "where forfeited entitlement goes",
    "expired": "where expired entitlement goes",
    "conversion": "between the two rows of a conversion",
    "owed": "what the person has to give back; the only one of a person's that may go below zero",
}
"""Every form of account."""

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "grant": (
        "A rule gives entitlement: from a fund to a wallet. Opens a lot. What a cap cut is told by due; a "
        "grant cut to 0.00 is booked all the same. Rule, period and person are its key.",
        ("E1,2026-01-01,P1,grant,,500.00,EUR,fund:state,wallet:own,,2026-12-31,,,base@2025-01-01,2026,,,",),
    ),
    "contribute": (
        "Somebody pays in: from an organisation, a fund or the holder to a wallet. Opens a lot. Giver, "
        "reference and person are its key.",
        (
            "E2,2026-02-01,P1,contribute,,300.00,EUR,employer:O7,wallet:employer,,,kind:training,,"
            "employer@2025-01-01,,,,PAY-7",
        ),
    ),
    "reserve": (
        "An enrolment takes its price from lots: from wallet to held, one row a lot.",
        (
            "E3,2026-03-01,P1,reserve,E2,300.00,EUR,wallet:employer,held:employer,,,,N9,,,,,",
            "E4,2026-03-01,P1,reserve,E1,400.00,EUR,wallet:own,held:own,,,,N9,,,,,",
        ),
    ),
    "settle": (
        "The provider is paid: from held to the provider, or to whoever paid it already.",
        (
            "E5,2026-06-01,P1,settle,E2,150.00,EUR,held:employer,provider:O3,,,,N9,,,,,INV-31",
            "E6,2026-06-01,P1,settle,E1,200.00,EUR,held:own,provider:O3,,,,N9,,,,,INV-31",
        ),
    ),
    "release": (
        "What was reserved is free again: from held back to the wallet, to the same lot.",
        ("E7,2026-06-01,P1,release,E1,120.00,EUR,held:own,wallet:own,,,,N9,,,,,",),
    ),
    "forfeit": (
        "What was reserved is lost to the holder: from held to pool.",
        ("E8,2026-06-01,P1,forfeit,E1,80.00,EUR,held:own,pool,,,,N9,,,,,",),
    ),
    "return": (
        "What was reserved, or what an ended lot still holds, goes back to whoever gave it.",
        ("E9,2026-06-01,P1,return,E2,150.00,EUR,held:employer,employer:O7,,,,N9,,,,,",),
    ),
    "reclaim": (
        "A provider pays back what was settled: to held, where it gets a fate again.",
        (
            "E10,2026-09-01,P1,reclaim,E1,50.00,EUR,provider:O3,held:own,,,,N9,,,,E6,CLAIM-1",
            "E11,2026-09-01,P1,release,E1,50.00,EUR,held:own,wallet:own,,,,N9,,,,,",
        ),
    ),
    "amend": (
        "New terms of a lot: when it may be used, what it may buy. Moves nothing: the amount is zero, "
        "and there is no account.",
        ("E12,2026-10-01,P1,amend,E1,0.00,EUR,,,,2027-03-31,,,longer_use,,,,",),
    ),
    "expire": (
        "A lot has ended: what its wallet holds goes to expired, to pool, or to whoever gave it, as the "
        "rule says.",
        ("E13,2027-04-01,P1,expire,E1,270.00,EUR,wallet:own,expired,,,,,,,,,",),
    ),
    "convert": (
        "A law turns a lot into another unit or class: two rows through conversion. The second opens a "
        "lot, and of names the first.",
        (
            "E14,2027-05-01,P1,grant,,24,hour,fund:state,wallet:hours,,,,,hours@2025-01-01,2027,,,",
            "E15,2027-06-01,P1,convert,E14,24,hour,wallet:hours,conversion,,,,,hours_to_eur,,,,",
            "E16,2027-06-01,P1,convert,,360.00,EUR,conversion,wallet:own,,,,,hours_to_eur,2027,,E15,",
        ),
    ),
    "correct": (
        "A later entry puts an earlier one right: an undo, a correction of what facts or rules were, "
        "an addition by hand. of names the entry; due is what would have been due. What the lot cannot bear "
        "comes from owed.",
        (
            "E17,2027-07-01,P1,correct,E16,100.00,EUR,wallet:own,fund:state,,,,,base,2026,0.00,E1,",
            "E18,2027-07-01,P1,correct,E1,80.00,EUR,owed,fund:state,,,,,base,2026,420.00,E1,",
        ),
    ),
    "recover": (
        "A debt is paid from what was granted since: from a wallet to owed.",
        ("E19,2028-01-01,P1,recover,E16,80.00,EUR,wallet:own,owed,,,,,,,,,",),
    ),
    "transfer": (
        "A person goes to another agency, or comes from one: each lot's balance, to or from its account. "
        "A row that brings one opens a lot with its terms.",
        ("E20,2028-02-01,P1,transfer,E16,180.00,EUR,wallet:own,agency:LT,,,,,,,,,",),
    ),
}
"""What each kind of entry does, and rows that show it: together they are one person's book."""

LOTS = """\
A lot is what one entry brought in: a grant, a contribution, a conversion, a transfer in. It bears that
entry's id, and every later entry that draws on it names it. It keeps for ever whose money it is (for
reports and returns), its class and its rule (what it may buy, which caps count it), from when until when
it may be reserved, and what it is earmarked for; only an amend changes those.

What a lot holds is the sum of the rows that bring to its wallet less those that take from it. No lot goes
below zero. Each held amount has one fate: reserved + reclaimed = settled + released + forfeited + returned +
still held, for each lot and enrolment. The balance of a wallet is the sum of its lots; usable on a day is
what lies in lots that have begun and not ended on that day. Amounts of two units are never added."""
