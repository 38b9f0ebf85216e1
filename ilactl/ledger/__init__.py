"""The ledger on disk: columns, reading with findings, tables for batches, the commit, checks.

Nothing here knows a terminal, a clock or a rule. Imports point down only: to errors, findings,
money and dates.
"""
