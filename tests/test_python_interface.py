"""What a user of Python meets: mistakes in one line, answers that show themselves, progress, speed of import, types."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rehearse as rh
from scenarios import InputError
from tests.command_line import SMALL


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> rh.Question:
    folder = tmp_path_factory.mktemp("python")
    (folder / "shop.toml").write_text('extends = "library:shop"\n', encoding="utf-8")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return rh.load(folder / "small.toml")


# --- mistakes --------------------------------------------------------------------------------------

MISTAKES: dict[str, tuple[Callable[[rh.Question], Any], str]] = {
    "a file for a question": (lambda q: rh.compare("shop.toml"), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a file for a run": (lambda q: rh.run("shop.toml"), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a list of questions": (lambda q: rh.compare([q]), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a number for an arm": (lambda q: rh.compare({"a": 3}), "questions or scenarios by"),  # type: ignore[dict-item]
    "no arm": (lambda q: rh.compare({}), "at least two arms"),
    "no processes": (lambda q: rh.compare(q, jobs=0), "a whole number from 1, got 0"),
    "fewer processes": (lambda q: rh.check([q], jobs=-1), "a whole number from 1, got -1"),
    "some processes": (lambda q: rh.compare(q, jobs=2.7), "a whole number from 1, got 2.7"),  # type: ignore[arg-type]
    "true processes": (lambda q: rh.compare(q, jobs=True), "a whole number from 1, got True"),
    "draws of nan": (lambda q: rh.compare(q, draws=float("nan")), "a whole number"),  # type: ignore[arg-type]
    "draws true": (lambda q: rh.compare(q, draws=True), "a whole number, got True"),
    "replications less": (lambda q: rh.compare(q, replications=-1), "from 1 to 65535"),
    "a seed in words": (lambda q: rh.compare(q, seed="a"), "a whole number, got 'a'"),  # type: ignore[arg-type]
    "a list for precision": (
        lambda q: rh.compare(q, replications="auto", precision=[1]),  # type: ignore[arg-type]
        "a number, or a text such as",
    ),
    "a number for a folder": (lambda q: rh.compare(q, out=3), "the name of a folder, got 3"),  # type: ignore[arg-type]
    "progress in words": (lambda q: rh.compare(q, progress="yes"), "True, False, or a function"),  # type: ignore[arg-type]
    "a number for a file": (lambda q: rh.load(3), "the name of a file"),  # type: ignore[arg-type]
    "a number for a market": (lambda q: rh.load(q.path, market=3), "library:NAME"),  # type: ignore[arg-type]
    "a list for a plan": (lambda q: rh.sweep([1]), "a file, or a mapping"),  # type: ignore[arg-type]
    "a text for a person": (lambda q: rh.timeline(q, "7"), "a whole number from 0, got '7'"),  # type: ignore[arg-type]
    "a file for a timeline": (lambda q: rh.timeline("shop.toml", 3), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a number for a check": (lambda q: rh.check(3), "a file or folder, a loaded question"),  # type: ignore[arg-type]
    "numbers for folders": (lambda q: rh.diff(1, 2), "a folder's name, got 1"),  # type: ignore[arg-type]
    "a number for orders": (lambda q: rh.calibrate(3), "a file name, or a list of them, got 3"),  # type: ignore[arg-type]
    "draws of orders": (lambda q: rh.calibrate("orders.csv", draws="many"), "a whole number"),  # type: ignore[arg-type]
    "columns in a list": (lambda q: rh.calibrate("orders.csv", mapping=["a"]), "names of columns"),  # type: ignore[arg-type]
    "a day before": (lambda q: rh.run(q, "mild", draw=-1), "a whole number from 0, got -1"),
    "no arm is named": (lambda q: rh.run(q), "one of mild, deep"),
    "another arm": (lambda q: rh.run(q, "mld"), "did you mean 'mild'"),
    "values in a list": (lambda q: q.with_values([1]), "values by path"),  # type: ignore[arg-type]
    "a value of nan": (lambda q: q.with_values({"market.fatigue.half_life": float("nan")}), "half_life"),
    "half a person": (lambda q: q.with_values({"market.start_with": 2.7}), "a whole number of count, got 2.7"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_was_expected(name: str, question: rh.Question) -> None:
    call, expected = MISTAKES[name]
    with pytest.raises(InputError) as mistake:
        call(question)
    assert expected in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_whole_numbers_of_numpy_are_whole_numbers(question: rh.Question) -> None:
    with pytest.raises(InputError, match="expected at least two arms"):
        rh.compare({"mild": question.arms["mild"]}, draws=np.int64(2), seed=np.int32(3))  # type: ignore[arg-type]


def test_chance_of_its_own_in_a_strategy_is_refused(question: rh.Question) -> None:
    """Seen at the second call, and by the states of `random` and `numpy.random`."""
    own, calls = np.random.default_rng(1), 0

    def by_own(view: Any, memory: dict[str, Any]) -> tuple[rh.Actions, dict[str, Any]]:
        chosen = view.person[own.random(view.person.size) < 0.5]
        return rh.Actions.touch(chosen, channel="direct", content="care"), memory

    def by_global(view: Any, memory: dict[str, Any]) -> tuple[rh.Actions, dict[str, Any]]:
        nonlocal calls
        calls += 1
        if view.day == 3:
            random.random()
        return rh.Actions.touch(view.person[:1], channel="direct", content="care"), {}

    with pytest.raises(Exception, match=r"programme 'own', day 0 .*the same actions for an equal view and memory"):
        rh.run(question.with_programme("own", by_own), "mild")
    with pytest.raises(InputError, match=r"programme global: .*numbers from random or numpy.random"):
        rh.run(question.with_programme("global", by_global), "mild")
    days = question.arms["mild"].run.days
    assert calls == days + 1, "twice on the first day on which it acts, and once on each other day"
