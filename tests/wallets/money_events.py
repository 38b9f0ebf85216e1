"""The rows of twenty money events: what real schemes make happen to a wallet.

Accounts are written short here (`wallet`, `held`); `entries_of_event` puts each lot's class into
them. Lots are numbered by the entry that opened them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ilactl.findings import Finding
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, iter_entries
from ilactl.ledger.manifest import Unit
from ilactl.ledger.scan import format_row

UNITS = {name: Unit(scale, name) for name, scale in (("EUR", 2), ("SGD", 2), ("USD", 2), ("hour", 0))}

ROWS = """\
-- 1 grant cut by the cap (room 313.31 of 500.00; then room 0)
1,2030-06-15,P1,grant,,313.31,EUR,fund:cdc,wallet,,,,,base,2029,500.00,,
2,2031-06-15,P1,grant,,0.00,EUR,fund:cdc,wallet,,,,,base,2030,500.00,,
-- 2 match, trued up (800.00 paid in, then 400.00; cap 500.00)
1,2026-02-01,P1,contribute,,800.00,USD,employer:O7,wallet,,,,,paid_in,,,,PAY-101
2,2026-03-01,P1,grant,,400.00,USD,fund:state,wallet,,,,,match,2026,,,
3,2026-09-01,P1,contribute,,400.00,USD,own,wallet,,,,,paid_in,,,,PAY-188
4,2026-12-31,P1,grant,,100.00,USD,fund:state,wallet,,,,,match,2026,200.00,2,
-- 3 reserve over 3 lots and the holder's cash (price 1,000.00)
1,2026-06-15,P1,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2025,,,
2,2026-07-01,P1,contribute,,300.00,EUR,employer:O7,wallet,,2027-12-31,kind:training,,employer,,,,PAY-7
3,2026-06-15,P1,grant,,100.00,EUR,fund:esf,wallet,,,,,uplift,2025,300.00,,
4,2026-09-01,P1,contribute,,100.00,EUR,own,wallet,,,enrolment:N9,N9,own_cash,,,,CARD-55
5,2026-09-01,P1,reserve,2,300.00,EUR,wallet,held,,,,N9,,,,,
6,2026-09-01,P1,reserve,1,500.00,EUR,wallet,held,,,,N9,,,,,
7,2026-09-01,P1,reserve,3,100.00,EUR,wallet,held,,,,N9,,,,,
8,2026-09-01,P1,reserve,4,100.00,EUR,wallet,held,,,,N9,,,,,
-- 4 ... late cancellation: 5 % of 1,000.00 to the provider, rights to the pool, cash becomes a credit note
(rows 1-8 of event 3, then)
9,2026-09-20,P1,settle,2,15.00,EUR,held,provider:O3,,,,N9,,,,,
10,2026-09-20,P1,settle,1,25.00,EUR,held,provider:O3,,,,N9,,,,,
11,2026-09-20,P1,settle,3,5.00,EUR,held,provider:O3,,,,N9,,,,,
12,2026-09-20,P1,settle,4,5.00,EUR,held,provider:O3,,,,N9,,,,,
13,2026-09-20,P1,forfeit,2,285.00,EUR,held,pool,,,,N9,,,,,
14,2026-09-20,P1,forfeit,1,475.00,EUR,held,pool,,,,N9,,,,,
15,2026-09-20,P1,forfeit,3,95.00,EUR,held,pool,,,,N9,,,,,
16,2026-09-20,P1,release,4,95.00,EUR,held,wallet,,,,N9,,,,,
17,2026-09-20,P1,amend,4,0.00,EUR,,,,,any,N9,,,,,
-- 5 ... attendance 60 %, settled
(rows 1-8 of event 3, then)
9,2026-12-20,P1,settle,2,180.00,EUR,held,provider:O3,,,,N9,,,,,INV-31
10,2026-12-20,P1,settle,1,300.00,EUR,held,provider:O3,,,,N9,,,,,INV-31
11,2026-12-20,P1,settle,3,60.00,EUR,held,provider:O3,,,,N9,,,,,INV-31
12,2026-12-20,P1,settle,4,60.00,EUR,held,provider:O3,,,,N9,,,,,INV-31
13,2026-12-20,P1,forfeit,2,120.00,EUR,held,pool,,,,N9,,,,,
14,2026-12-20,P1,forfeit,1,200.00,EUR,held,pool,,,,N9,,,,,
15,2026-12-20,P1,forfeit,3,40.00,EUR,held,pool,,,,N9,,,,,
16,2026-12-20,P1,forfeit,4,40.00,EUR,held,pool,,,,N9,,,,,
-- 6 ... force majeure at 40 %: rights back, employer's money to the employer, cash back
(rows 1-8 of event 3, then)
9,2026-10-20,P1,settle,2,120.00,EUR,held,provider:O3,,,,N9,,,,,INV-32
10,2026-10-20,P1,settle,1,200.00,EUR,held,provider:O3,,,,N9,,,,,INV-32
11,2026-10-20,P1,settle,3,40.00,EUR,held,provider:O3,,,,N9,,,,,INV-32
12,2026-10-20,P1,settle,4,40.00,EUR,held,provider:O3,,,,N9,,,,,INV-32
13,2026-10-20,P1,return,2,180.00,EUR,held,employer:O7,,,,N9,,,,,
14,2026-10-20,P1,release,1,300.00,EUR,held,wallet,,,,N9,,,,,
15,2026-10-20,P1,release,3,60.00,EUR,held,wallet,,,,N9,,,,,
16,2026-10-20,P1,return,4,60.00,EUR,held,own,,,,N9,,,,,
-- 7 refund into an expired lot (reserved 2025-12-20, lot ended 2025-12-31)
1,2020-12-31,P1,grant,,500.00,SGD,fund:ssg,wallet,2020-10-01,2025-12-31,,,topup2020,ever,,,
2,2025-12-20,P1,reserve,1,500.00,SGD,wallet,held,,,,N4,,,,,
3,2026-01-10,P1,release,1,500.00,SGD,held,wallet,,,,N4,,,,,
4,2026-01-10,P1,expire,1,500.00,SGD,wallet,expired,,,,,,,,3,
-- 7b ... the rule grants 30 days of grace instead
1,2020-12-31,P1,grant,,500.00,SGD,fund:ssg,wallet,2020-10-01,2025-12-31,,,topup2020,ever,,,
2,2025-12-20,P1,reserve,1,500.00,SGD,wallet,held,,,,N4,,,,,
3,2026-01-10,P1,release,1,500.00,SGD,held,wallet,,,,N4,,,,,
4,2026-01-10,P1,amend,1,0.00,SGD,,,,2026-02-09,,,,,,3,
-- 8 return to funder (earmarked, use-by passed, 120.00 left)
1,2026-01-05,P1,contribute,,300.00,EUR,employer:O7,wallet,,2026-06-30,course:C12,,employer,,,,PAY-9
2,2026-03-01,P1,reserve,1,180.00,EUR,wallet,held,,,,N5,,,,,
3,2026-05-01,P1,settle,1,180.00,EUR,held,provider:O3,,,,N5,,,,,INV-8
4,2026-07-01,P1,expire,1,120.00,EUR,wallet,employer:O7,,,,,,,,,
-- 9 conversion hours to EUR (150 h at 15.00)
1,2018-06-15,P1,grant,,150,hour,fund:cdc,wallet,,,,,hours,2017,,,
2,2019-01-01,P1,convert,1,150,hour,wallet,conversion,,,,,hours_to_eur,,,,
3,2019-01-01,P1,convert,,2250.00,EUR,conversion,wallet,,,,,hours_to_eur,2017,,1,
-- 10 correction of a wrong tier, 300.00 of it spent, 100.00 left; debt; netted against the next grant
1,2025-06-15,P1,grant,,300.00,EUR,fund:esf,wallet,,,,,uplift,2024,,,
2,2026-06-15,P1,grant,,300.00,EUR,fund:esf,wallet,,,,,uplift,2025,,,
3,2026-09-01,P1,reserve,1,300.00,EUR,wallet,held,,,,N1,,,,,
4,2026-09-01,P1,reserve,2,200.00,EUR,wallet,held,,,,N1,,,,,
5,2026-10-01,P1,settle,1,300.00,EUR,held,provider:O3,,,,N1,,,,,INV-2
6,2026-10-01,P1,settle,2,200.00,EUR,held,provider:O3,,,,N1,,,,,INV-2
7,2027-01-10,P1,correct,1,300.00,EUR,owed,fund:esf,,,,,uplift,2024,0.00,1,
8,2027-01-10,P1,correct,2,100.00,EUR,wallet,fund:esf,,,,,uplift,2025,0.00,2,
9,2027-01-10,P1,correct,2,200.00,EUR,owed,fund:esf,,,,,uplift,2025,0.00,2,
10,2027-06-15,P1,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2026,,,
11,2027-06-15,P1,recover,10,500.00,EUR,wallet,owed,,,,,,,,,
-- 11 undo of a top-up, then the right one
1,2026-06-15,P1,grant,,800.00,EUR,fund:cdc,wallet,,,,,base,2025,,,
2,2026-06-16,P1,correct,1,800.00,EUR,wallet,fund:cdc,,,,,base,2025,,1,
3,2026-06-16,P1,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2025,,,
-- 12 expiry lifted by law; lot already expired is brought back
1,2020-12-31,P1,grant,,500.00,SGD,fund:ssg,wallet,2020-10-01,2023-12-31,,,midsupport2020,ever,,,
2,2024-01-01,P1,expire,1,500.00,SGD,wallet,expired,,,,,,,,,
3,2024-05-01,P1,correct,1,500.00,SGD,expired,wallet,,,,,merge_midsupport,,,2,
4,2024-05-01,P1,amend,1,0.00,SGD,,,,never,,,merge_midsupport,,,,
-- 12b ... or folded into the mid-career credit (new lot, other terms; the old one is its origin)
1,2020-12-31,P1,grant,,500.00,SGD,fund:ssg,wallet,2020-10-01,2025-12-31,,,midsupport2020,ever,,,
2,2023-03-01,P1,reserve,1,300.00,SGD,wallet,held,,,,N2,,,,,
3,2023-04-01,P1,settle,1,300.00,SGD,held,provider:O3,,,,N2,,,,,INV-1
4,2024-05-01,P1,convert,1,200.00,SGD,wallet,conversion,,,,,merge_midsupport,,,,
5,2024-05-01,P1,convert,,200.00,SGD,conversion,wallet,,never,,,midcareer,,,1,
6,2024-05-01,P1,grant,,4000.00,SGD,fund:ssg,wallet,,,,,midcareer,ever,,,
-- 13 provider clawback after settlement, 400.00 of 1,000.00: to the holder's lot, or to its fund
1,2025-06-15,P1,grant,,600.00,EUR,fund:cdc,wallet,,,,,base,2024,,,
2,2025-06-15,P1,grant,,400.00,EUR,fund:esf,wallet,,2026-06-30,,,uplift,2024,,,
3,2026-03-01,P1,reserve,1,600.00,EUR,wallet,held,,,,N7,,,,,
4,2026-03-01,P1,reserve,2,400.00,EUR,wallet,held,,,,N7,,,,,
5,2026-04-01,P1,settle,1,600.00,EUR,held,provider:O3,,,,N7,,,,,INV-5
6,2026-04-01,P1,settle,2,400.00,EUR,held,provider:O3,,,,N7,,,,,INV-5
7,2026-09-01,P1,reclaim,1,240.00,EUR,provider:O3,held,,,,N7,,,,5,CLAIM-1
8,2026-09-01,P1,reclaim,2,160.00,EUR,provider:O3,held,,,,N7,,,,6,CLAIM-1
9,2026-09-01,P1,release,1,240.00,EUR,held,wallet,,,,N7,,,,,
10,2026-09-01,P1,return,2,160.00,EUR,held,fund:esf,,,,N7,,,,,
-- 14 person's own cash, refunded in time (money in, held, back out)
1,2026-09-01,P1,contribute,,103.20,EUR,own,wallet,,,enrolment:N9,N9,own_cash,,,,CARD-9
2,2026-09-01,P1,reserve,1,103.20,EUR,wallet,held,,,,N9,,,,,
3,2026-09-05,P1,return,1,103.20,EUR,held,own,,,,N9,,,,,CARD-9R
-- 15 ex post (Upper Austria): the holder paid 1,500.00 himself; 60 % comes back
1,2026-07-01,P1,grant,,900.00,EUR,fund:ooe,wallet,,,enrolment:N3,N3,refund,N3,,,
2,2026-07-01,P1,reserve,1,900.00,EUR,wallet,held,,,,N3,,,,,
3,2026-07-01,P1,settle,1,900.00,EUR,held,own,,,,N3,,,,,SEPA-4
-- 16 milestones (Greece): 70 % at the end, 30 % after the certificate
1,2026-03-01,P1,grant,,1000.00,EUR,fund:rrf,wallet,,,enrolment:N6,N6,voucher,N6,,,
2,2026-03-01,P1,reserve,1,1000.00,EUR,wallet,held,,,,N6,,,,,
3,2026-06-30,P1,settle,1,700.00,EUR,held,provider:O4,,,,N6,,,,,
4,2026-08-30,P1,settle,1,300.00,EUR,held,provider:O4,,,,N6,,,,,
-- 17 Flemish voucher: own half, state half, bought and drawn together
1,2024-01-15,P1,contribute,,125.00,EUR,own,wallet,,2025-03-15,,,voucher_own,2024,,,BANK-1
2,2024-01-15,P1,grant,,125.00,EUR,fund:vlaanderen,wallet,,2025-03-15,,,voucher_state,2024/1,,1,
3,2024-02-01,P1,reserve,1,50.00,EUR,wallet,held,,,,N8,,,,,
4,2024-02-01,P1,reserve,2,50.00,EUR,wallet,held,,,,N8,,,,,
-- 18 merge of two persons (P2 is P1; both had the 2025 grant; one is corrected; no lot moves)
1,2026-06-15,P1,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2025,,,
2,2026-06-15,P2,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2025,,,
3,2026-09-01,P1,correct,2,500.00,EUR,wallet,fund:cdc,,,,,base,2025,0.00,2,
"""


@dataclass(frozen=True)
class Event:
    """One event: what it is, and its rows as written."""

    title: str
    rows: tuple[tuple[str, ...], ...]


def events() -> list[Event]:
    """All events; one that continues another starts with the other's rows."""
    found: list[Event] = []
    for block in ("\n" + ROWS).split("\n-- ")[1:]:
        title, *lines = block.strip().split("\n")
        rows = [tuple(line.split(",")) for line in lines if not line.startswith("(")]
        if len(lines) > len(rows):
            rows = [*next(e for e in found if e.title.startswith("3 ")).rows, *rows]
        found.append(Event(title, tuple(rows)))
    return found


def csv_of(event: Event) -> bytes:
    """The event as a file: ids made ours, the lot's class in its accounts."""
    classes = {row[0]: row[13] or "own" for row in event.rows if not row[4]}
    lines = [ENTITLEMENTS.header + "\n"]
    for row in event.rows:
        cells = list(row)
        class_ = classes[row[4] or row[0]]
        for index in (7, 8):
            cells[index] = f"{cells[index]}:{class_}" if cells[index] in ("wallet", "held") else cells[index]
        for index in (0, 4, 16):
            cells[index] = "E" + cells[index] if cells[index] else ""
        lines.append(format_row(cells))
    return "".join(lines).encode()


def entries_of_event(event: Event) -> list[Entry]:
    """The event's entries, read strictly."""
    findings: list[Finding] = []
    entries = list(iter_entries(csv_of(event), UNITS, findings))
    assert not findings, [finding.format() for finding in findings]
    return entries
