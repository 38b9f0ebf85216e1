"""Running a ledger: looking after it, copying it."""
