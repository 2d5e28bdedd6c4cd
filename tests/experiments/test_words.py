"""Numbers as people read them."""

from __future__ import annotations

import pytest

from experiments.output.format_values import format_amount, format_difference, format_kpi


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_234_567, "money", "12,346 CNY"),
        (-123_450, "money", "−1,234 CNY"),
        (8_500, "money", "85 CNY"),
        (8_549, "money", "85.5 CNY"),
        (0, "money", "0 CNY"),
        (0.0213, "share", "2.13 %"),
        (1.0, "share", "100 %"),
        (0.00000123, "share", "0.00012 %"),
        (0.5, "time", "12 h"),
        (3 / 1440, "time", "3 min"),
        (20 / 86400, "time", "20 s"),
        (30.0, "time", "30 d"),
        (0.0, "time", "0 d"),
        (1234.0, "count", "1,234"),
        (1.2345, "count", "1.234"),
        (float("nan"), "share", "–"),
        (None, "money", "–"),
    ],
)
def test_amounts(value: float | None, unit: str, text: str) -> None:
    assert format_amount(value, unit, "CNY") == text


def test_signs_are_written_on_request() -> None:
    assert format_amount(5000, "money", "CNY", sign=True) == "+50 CNY"
    assert format_amount(-0.01, "share", "CNY", sign=True) == "−1 %"


def test_shares_are_points_apart() -> None:
    assert format_difference(0.01, "share", "CNY") == "+1 points"
    assert format_difference(0.01, "share", "CNY", sign=False) == "1 points"
    assert format_difference(-0.0897, "count", "CNY") == "−0.0897"
    assert format_difference(None, "count", "CNY") == "–"
    assert format_difference(5000, "money", "CNY") == "+50 CNY"
    assert format_difference(-9.1e-7, "share", "CNY") == "−0.000091 points"
    assert format_difference(1e-12, "share", "CNY") == "0 points"


def test_labels_are_words() -> None:
    assert format_kpi("contribution_profit") == "contribution profit"
    assert format_kpi("aov") == "average order value"
