"""Tests of the claims that a scenario file makes in [expect], with and without the mechanism that each claim names."""
