"""Functions with known indices of sensitivity, and noise with a known share."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.sweeps.designs import Design, design
from scenarios import Plan, load_plan

Values = Mapping[str, Any]
ISHIGAMI_S1 = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}
ISHIGAMI_ST = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}
"""Closed forms for a = 7, b = 0.1 (Ishigami and Homma 1990)."""
ISHIGAMI_VARIANCE = 13.8446
WIDE = {"low": -float(np.pi), "high": float(np.pi)}
UNIT = {"low": 0.0, "high": 1.0}


def ishigami(values: Values, a: float = 7.0) -> float:
    """The usual test function of three uniform arguments."""
    x1, x2, x3 = (values[name] for name in ("x1", "x2", "x3"))
    return float(np.sin(x1) + a * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1))


def noise(*keys: object) -> float:
    """A standard normal that is a pure function of its keys."""
    return float(np.random.default_rng(zlib.crc32(repr(keys).encode())).normal())


def planned(kind: str, vary: Mapping[str, Any], **sweep: Any) -> tuple[Plan, Design]:
    """A plan for a plain function, and its points."""
    plan = load_plan({"sweep": {"design": kind, "vary": dict(vary), **sweep}})
    return plan, design(plan)


def evaluate(points: Design, function: Callable[[Values, int], float]) -> np.ndarray:
    """The function at each point, given the point's values and the number of its random numbers."""
    return np.array([function(v, int(fresh)) for v, fresh in zip(points.values, points.fresh, strict=True)])
