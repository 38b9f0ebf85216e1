"""`ilactl organisation confirm`: a second pair of eyes on the account that an organisation is paid on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ORGANISATION
from ilactl.commands.registering import appends_of, digest_of
from ilactl.errors import ChangedMeanwhile, NotFound, Refused, UsageError
from ilactl.ledger.columns import ORGANISATIONS

if TYPE_CHECKING:
    from ilactl.ledger.payment_accounts import PaymentAccount
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["confirm"]


@click.command("confirm")
@click.argument("organisation", type=ORGANISATION)
@click.option("--iban", is_flag=True, help="Confirm the account it is paid on.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def confirm(face: Face, organisation: str, iban: bool) -> None:
    """Confirm the account that an organisation is paid on, so that 'settle' pays it.

    Shows the account in full, with who put it in, and asks. Compare it with what the organisation
    itself gives, asked for on a way you know: not with the letter that announced the change. Who
    put the account in cannot confirm it: another user of the system has to. A changed account
    is to be confirmed again.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind provider --name "Night School" --iban LT121000011101001000
      $ ilactl organisation confirm O1 --iban --yes  # exit 3
    """
    if not iban:
        raise UsageError(reason="what is to be confirmed?", hint="'--iban' confirms the account")
    shown = None
    if face.dry_run or not face.yes:
        snapshot = face.snapshot()
        account, plan = _plan(face, snapshot, organisation)
        if not face.dry_run and not plan.lines:
            face.complete()
        if face.dry_run or not plan.lines:
            face.answer(_answer(account, plan, None, dry_run=face.dry_run), change=True)
            return
        shown = plan
        face.say(_described(account))
        face.confirm(f"Is {_spaced(account)} the account of {account.row.name}?")
    from ilactl.ledger.commit import Change
    from ilactl.ledger.payment_accounts import CONFIRM

    with face.writer() as writer:
        account, plan = _plan(face, writer.snapshot, organisation)
        if shown is not None and shown.lines != plan.lines:
            raise ChangedMeanwhile()
        content = digest_of([CONFIRM, organisation, account.iban])
        seq = None
        if plan.lines and not (face.key and writer.known(face.key, content)):
            change = Change(
                CONFIRM,
                appends_of(plan),
                key=face.key,
                content=content if face.key else "",
            )
            seq = writer.commit(change).seq
    face.answer(_answer(account, plan, seq), change=True)


def _plan(face: Face, snapshot: Snapshot, organisation: str) -> tuple[PaymentAccount, RegisterPlan]:
    """The account as it stands, and the rows that confirm it: none where it is confirmed already.

    Raises NotFound, and Refused where there is no account, or it is the confirming user's own work.
    """
    from ilactl.ledger.payment_accounts import PaymentAccounts
    from ilactl.ledger.register_plan import RegisterPlan

    on = face.on(snapshot)
    accounts = PaymentAccounts(snapshot).from_day(organisation, on)
    if not accounts:
        hint = "'ilactl organisation list' shows all of them"
        raise NotFound(what=f"organisation {organisation} on {on}", hint=hint)
    now, plan, user = accounts[0], RegisterPlan(), face.actor.user
    if not now.iban:
        hint = f"'ilactl organisation update {organisation} --iban IBAN' records one"
        raise Refused(reason=f"organisation {organisation} has no account to confirm", hint=hint)
    at = ORGANISATIONS.index("iban_confirmed")
    for one in accounts:
        if one.iban != now.iban or one.holds:
            continue
        assert one.put_in is not None, "a row that names an account was recorded by some commit"
        if one.put_in.user == user:
            if one is not now:
                continue
            told = f"the account {_spaced(one)} of organisation {organisation}"
            raise Refused(
                reason=f"you put in {told} yourself, with commit {one.put_in.seq}",
                hint="ask a colleague to confirm it under their own account on this system",
            )
        cells = one.row.cells
        plan.add(ORGANISATIONS, (*cells[:at], one.iban, *cells[at + 1 :]))
    return now, plan


def _spaced(account: PaymentAccount) -> str:
    from ilactl.ledger.iban import spaced_iban

    return spaced_iban(account.iban)


def _described(account: PaymentAccount) -> str:
    assert account.put_in is not None
    put_in = f"put in by {account.put_in.user} with commit {account.put_in.seq}"
    return f"organisation {account.row.organisation}, {account.row.name}: {_spaced(account)}, {put_in}"


def _answer(account: PaymentAccount, plan: RegisterPlan, seq: int | None, *, dry_run: bool = False) -> Answer:
    from ilactl.output import Answer, Lines

    assert account.put_in is not None
    done = f"confirmed (commit {seq})" if seq else "confirmed already, nothing to write"
    if plan.lines and dry_run:
        done = "to be confirmed (dry run, nothing was written)"
    return Answer(
        "ilactl.organisation_confirm/1",
        blocks=[Lines([f"{_described(account)}: {done}"])],
        data={
            "organisation": account.row.organisation,
            "iban": account.iban,
            "put_in_by": account.put_in.user,
            "put_in": account.put_in.seq,
            "commit": seq,
            "dry_run": dry_run,
        },
    )
