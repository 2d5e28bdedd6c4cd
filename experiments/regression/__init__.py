"""Regression tests: a question's runs now compared with those in its baseline, KPI by KPI and conclusion by
conclusion."""
