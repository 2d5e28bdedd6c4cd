"""What Python callers get wrong is one clear line at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sim.scenario import Who
from sim.scenario.strategy_function import Actions
from tests.worlds import scenario


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: Who(engaged="silent"), "engaged: ~'silent'"),  # type: ignore[arg-type]
        (lambda: Who(engaged=("lost",)), "engaged: ~'lost'"),  # type: ignore[arg-type]
        (lambda: Who(stage=("lead", "drifted")), "stage: ~'drifted'"),  # type: ignore[arg-type]
        (lambda: Who(tag="tea"), "tag: ~'tea'"),  # type: ignore[arg-type]
        (
            lambda: Actions.touch([1], channel="direct", content="offer", offer={"format": "percent"}),  # type: ignore[arg-type]
            "offer: ~{'format': 'percent'}",
        ),
        (lambda: Actions.note([1, 2], "x", [1.0, 2.0, 3.0]), "values: ~(3,)"),
        (lambda: scenario().with_programme("p", 3), "function: ~3"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_mistakes_are_found_at_once(make: Callable[[], object], parts: str) -> None:
    """The key comes first, and what was got last."""
    key, got = parts.split("~")
    with pytest.raises(ValueError, match=f"^{re.escape(key)}.*{re.escape(got)}$"):
        make()


def test_one_number_serves_everybody() -> None:
    assert Actions.note([4, 7], "x", 2.0).notes[0].values.tolist() == [2.0, 2.0]
    assert Who(source=("web",), tag=("tea",)).source == ("web",)
