"""What can be swept as a function, under which key its calls are stored, and what is refused in one line."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from experiments import sweep
from experiments.runs.function_calls import FunctionCaller
from scenarios import InputError

ROOT = Path(__file__).parents[2]


def times(a: float, x: float) -> float:
    return a * x


class Scaled:
    """An object that can be called."""

    def __call__(self, x: float) -> float:
        return 3.0 * x


def plan(path: str = "x") -> dict[str, Any]:
    return {"sweep": {"design": "grid", "vary": {path: {"values": [1, 2]}}}}


def values(model: Any) -> list[float]:
    return list(sweep(plan(), model=model, version="1", jobs=1).to_frame()["value"])


def test_whatever_can_be_called_by_name_is_a_model() -> None:
    assert values(partial(times, 2.0)) == values(partial(times, a=2.0)) == [2.0, 4.0]
    assert values(Scaled()) == [3.0, 6.0]


def test_what_a_partial_has_fixed_is_part_of_the_name() -> None:
    models = [times, partial(times, 2.0), partial(times, 3.0), partial(times, a=3.0)]
    keys = {
        FunctionCaller(one, "1", ["x"] if one is not times else ["a", "x"]).call({"x": 1}, 0, 0).key for one in models
    }
    assert len(keys) == 4


def test_functions_of_one_name_in_two_scripts_are_two(tmp_path: Path) -> None:
    script = """
from experiments import sweep
def model(x): return {factor} * x
if __name__ == "__main__":
    plan = {{"sweep": {{"design": "grid", "vary": {{"x": {{"values": [1, 2]}}}}}}}}
    print(list(sweep(plan, model=model, version="1", jobs=1, store="runs").to_frame()["value"]))
"""
    printed = []
    for factor in (2.0, 3.0):
        (tmp_path / f"by_{factor:.0f}.py").write_text(script.format(factor=factor))
        command, env = [sys.executable, f"by_{factor:.0f}.py"], {**os.environ, "PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=True)
        printed.append(ended.stdout.strip())
    assert printed == ["[2.0, 4.0]", "[3.0, 6.0]"]


def by_position(x: float, /) -> float:
    return x


def no_number(x: float) -> dict[str, float]:
    return {}


def columns(x: float) -> dict[str, float]:
    return {"stage": x}


def of_draw(draw: float) -> float:
    return draw


def named_as_its_parameter(value: float) -> float:
    return value


@pytest.mark.parametrize(
    ("model", "place", "got"),
    [
        (5, "model", "5"),
        (max, "model", "<built-in function max>"),
        (math.sin, "model sin", "() for x"),
        (by_position, "model by_position", "() for x"),
    ],
)
def test_what_is_no_function_of_the_parameters_is_refused(model: Any, place: str, got: str) -> None:
    with pytest.raises(InputError) as mistake:
        sweep(plan(), model=model, jobs=1)
    assert (mistake.value.place, mistake.value.got) == (place, got)


@pytest.mark.parametrize(
    ("model", "path", "part"),
    [
        (no_number, "x", "at stage measure: "),
        (columns, "x", "at stage measure: a number has the name of another column"),
        (named_as_its_parameter, "value", "at stage measure: a number has the name of another column"),
        (of_draw, "draw", "sweep.vary: "),
    ],
)
def test_what_cannot_be_swept_is_one_line(model: Callable[..., Any], path: str, part: str) -> None:
    with pytest.raises(InputError) as mistake:
        sweep(plan(path), model=model, jobs=1)
    assert part in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_version_needs_a_name_of_its_own() -> None:
    with pytest.raises(InputError) as mistake:
        FunctionCaller(lambda x: x, "1", ["x"])
    assert mistake.value.place.endswith("<lambda>")
    with pytest.raises(InputError) as mistake:
        FunctionCaller(plain, " ", ["x"])
    assert (mistake.value.place, mistake.value.got) == ("version", "' '")
    assert not FunctionCaller(lambda x: x, None, ["x"]).call({"x": 1.0}, 0, 0).storable


def plain(x: float) -> float:
    """Has no finite value below a half."""
    return x if x > 0.5 else float("nan")


def test_what_has_no_number_is_said() -> None:
    span = {"low": 0.0, "high": 1.0}
    answer = sweep({"sweep": {"design": "latin", "points": 20, "vary": {"x": span}}}, plain, jobs=1)
    (warning,) = answer.warnings
    assert warning.startswith("10 runs have no finite value; ")
    assert answer.failures == 0
