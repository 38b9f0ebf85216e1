"""What a ledger answers: balances, statements, explanations."""
