"""The checks in their order, and the one pass over the entries that feeds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ilactl.errors import ChangedOutside, IoFailed, Unsafe
from ilactl.ledger import (
    check_courses,
    check_credentials,
    check_enrolment_money,
    check_enrolments,
    check_entries,
    check_files,
    check_organisations,
    check_registers,
)
from ilactl.ledger.checking import TIERS, Check, EntryWatch, Ground
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import iter_entries

if TYPE_CHECKING:
    from ilactl.findings import Finding

__all__ = ["CHECKS", "TIERS", "Check", "Ground", "chosen", "run_checks"]

CHECKS: tuple[Check, ...] = (
    Check.of("log", "always", check_files.log_chain),
    Check.of("manifest", "always", check_files.manifest),
    Check.of("rows", "always", check_files.rows),
    Check.of("two-rows", "always", check_registers.doubled_rows),
    Check.of("persons", "always", check_registers.persons_known),
    Check.watching("entry-persons", "always", check_registers.EntryPersons),
    Check.of("aliases", "always", check_registers.aliases),
    Check.of("birth-dates", "always", check_registers.birth_dates),
    Check.of("erased", "always", check_registers.erased_stay_erased),
    Check.of("employers", "always", check_registers.employers_known),
    Check.of("providers", "always", check_organisations.providers_known),
    Check.of("courses", "always", check_courses.courses_known),
    Check.of("fields", "always", check_courses.fields_known),
    Check.of("days", "always", check_courses.days_in_order),
    Check.of("accounts-of-payees", "always", check_organisations.accounts_valid),
    Check.of("confirmations", "always", check_organisations.accounts_confirmed),
    Check.of("shared-accounts", "always", check_organisations.accounts_shared),
    Check.of("steps", "always", check_enrolments.steps_follow),
    Check.of("enrolled-twice", "always", check_enrolments.one_enrolment),
    Check.of("runs", "always", check_courses.runs_known),
    Check.of("seats", "always", check_enrolments.seats),
    Check.of("credentials", "always", check_credentials.credentials_known),
    Check.of("credential-steps", "always", check_credentials.steps_fit),
    Check.of("earned", "always", check_credentials.earned),
    Check.of("documents", "always", check_credentials.documents_fit),
    Check.watching("enrolments", "always", check_enrolment_money.EnrolmentMoney),
    Check.watching("first-full", "always", check_enrolment_money.FirstFull),
    Check.watching("entry-organisations", "always", check_registers.EntryOrganisations),
    Check.watching("funds", "always", check_entries.Funds),
    Check.of("facts", "always", check_registers.facts_declared),
    Check.watching("order", "always", check_entries.Order),
    Check.watching("accounts", "always", check_entries.Accounts),
    Check.watching("lots", "always", check_entries.Lots),
    Check.watching("held", "always", check_entries.Fates),
    Check.watching("grant-keys", "always", check_entries.GrantKeys),
    Check.watching("refs", "always", check_entries.Refs),
    Check.of("modes", "strict", check_files.modes),
    Check.of("private-in-git", "always", check_files.private_in_git),
    Check.of("open-elsewhere", "strict", check_files.lock_files),
    Check.of("figure-overlaps", "strict", check_registers.spans_overlap),
    Check.of("twins", "all", check_registers.twins),
)
"""Every check of the ledger's data, in the order in which findings are reported."""


def chosen(checks: Sequence[Check], names: Iterable[str], tier: str) -> list[Check]:
    """The checks named, in their order, or those of the tier and the tiers below it."""
    wanted = set(names)
    if wanted:
        return [check for check in checks if check.name in wanted]
    return [check for check in checks if TIERS.index(check.tier) <= TIERS.index(tier)]


def run_checks(checks: Sequence[Check], ground: Ground) -> list[tuple[Check, list[Finding]]]:
    """What each check found. The entries are read once, and only where a check needs them."""
    watches = {check.name: check.watch(ground) for check in checks if check.watch}
    if watches or any(check.name == "rows" for check in checks):
        _pass(ground, list(watches.values()))
    found = []
    for check in checks:
        if check.name in watches:
            found.append((check, watches[check.name].end()))
        elif check.run:
            said = {finding.place.path for _, some in found for finding in some}
            found.append((check, _run(check, ground, said)))
    if checks and not any(check.name == "log" for check in checks):  # silence would say that all is well
        last, findings = found[-1]
        said = {finding.place.path for _, some in found for finding in some}
        unread = [check_files.broken_log(error) for file, error in ground.lost.items() if file not in said]
        found[-1] = (last, findings + unread)
    return found


def _run(check: Check, ground: Ground, said: set[str]) -> list[Finding]:
    """What the check finds; a file that it cannot open is a finding where none names it (`said`) yet."""
    findings: list[Finding] = []
    assert check.run is not None
    # a broken log, or a file that is not the log's: the log check says where
    with suppress(ChangedOutside):
        try:
            findings.extend(check.run(ground))
        except (Unsafe, IoFailed) as error:
            if ground.decides and isinstance(error, IoFailed):
                raise
            if error.details["path"] not in said:
                findings.append(check_files.broken_log(error))
    return findings


def _pass(ground: Ground, watches: list[EntryWatch]) -> None:
    units = ground.manifest.units if ground.manifest else {}
    view = ground.view(ENTITLEMENTS.file) if units else b""
    for entry in iter_entries(view, units, ground.entry_findings):
        for watch in watches:
            watch.see(entry)
