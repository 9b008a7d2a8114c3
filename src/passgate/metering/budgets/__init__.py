"""Budgets: what of them is spent, by the ledger."""
