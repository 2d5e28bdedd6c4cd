"""Processes that record groups of people and single people for the ledger of a run."""
