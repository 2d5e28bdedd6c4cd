"""What Python callers get wrong is one clear line at once."""
# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sim.scenario import Who
from sim.scenario.strategy_function import Actions
from tests.worlds import scenario


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Who(engaged="silent"), "engaged: a tuple of active, silent, dormant is allowed; got 'silent'"),  # type: ignore[arg-type]
        (lambda: Who(engaged=("lost",)), "engaged: a tuple of active, silent, dormant is allowed; got 'lost'"),  # type: ignore[arg-type]
        (lambda: Who(stage=("lead", "drifted")), "stage: a tuple of lead, first_buyer, repeater is allowed; got 'drifted'"),  # type: ignore[arg-type]
        (lambda: Who(tag="tea"), "tag: a tuple of names is allowed; got 'tea'"),  # type: ignore[arg-type]
        (
            lambda: Actions.touch([1], channel="direct", content="offer", offer={"format": "percent"}),  # type: ignore[arg-type]
            "offer: an Offer is allowed, such as Offer.percent(0.1, valid=14); got {'format': 'percent'}",
        ),
        (lambda: Actions.note([1, 2], "x", [1.0, 2.0, 3.0]), "values: one number, or 2 as there are people, is allowed; got (3,)"),
        (lambda: scenario().with_programme("p", 3), "function: a function of the view and the memory is allowed; got 3"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_mistakes_are_told_at_once(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_one_number_serves_everybody() -> None:
    assert Actions.note([4, 7], "x", 2.0).notes[0].values.tolist() == [2.0, 2.0]
    assert Who(source=("web",), tag=("tea",)).source == ("web",)
