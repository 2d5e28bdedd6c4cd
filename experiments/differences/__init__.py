"""Differences between two result folders: inputs, first events, KPIs."""
