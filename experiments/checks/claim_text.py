"""An expectation and what was found for it, as text and as a machine-readable dictionary."""

from __future__ import annotations

import math
from typing import Any

from experiments.checks.regression_text import currency_of
from experiments.expectations.claim_tests import Finding
from experiments.expectations.outcomes import Outcome
from experiments.output.format_values import format_amount, format_difference, format_kpi
from scenarios import BestClaim, BetweenClaim, CurveClaim, Expectation, Lever, OrderClaim, Question, Reading
from scenarios.values.notation import format_value
from scenarios.values.shapes import shape_of

_LEVER_UNITS = {"time": "time", "share": "share", "money": "money"}


def format_expected(expectation: Expectation, question: Question, unit: str) -> str:
    """An expectation as a phrase, such as "orders: deep > mild"."""
    claim = expectation.claim
    first = claim.readings[0]
    limits = _limits(expectation, question, unit)
    several = len(question.arms) > 1
    if isinstance(claim, BetweenClaim):
        return f"{_reading(first, question, several)}, {limits}"
    if isinstance(claim, OrderClaim):
        return f"{_reading(first, question)}: {' > '.join(reading.arm for reading in claim.readings)}"
    if isinstance(claim, BestClaim):
        parts = [f"{word} {_names(claim, getattr(claim, word))}" for word in ("among", "has", "lacks")
                 if getattr(claim, word)]  # fmt: skip
        parts += [f"middle of {claim.lever.path} {limits}"] if claim.lever else []
        return f"within {100 * claim.within:g} % of the best {_reading(first, question)}: {'; '.join(parts)}"
    if isinstance(claim, CurveClaim):
        return f"curvature of {_reading(first, question)} over {claim.lever.path}, {limits}"
    return f"{_reading(first, question, several)} / {_reading(claim.readings[1], question, several)}, {limits}"


def _names(claim: BestClaim, places: tuple[int, ...]) -> str:
    return ", ".join(claim.readings[place].arm for place in places)


def _limits(expectation: Expectation, question: Question, unit: str) -> str:
    claim = expectation.claim
    if isinstance(claim, OrderClaim) or (isinstance(claim, BestClaim) and claim.lever is None):
        return ""
    kind = (
        _lever_unit(claim.lever)
        if isinstance(claim, BestClaim)
        else unit
        if isinstance(claim, BetweenClaim)
        else "number"
    )
    currency = currency_of(question)
    return f"between {format_amount(claim.low, kind, currency)} and {format_amount(claim.high, kind, currency)}"


def _reading(reading: Reading, question: Question, with_arm: bool = False) -> str:
    """A reading in words: its KPI, its arm if `with_arm`, and its people and days where they are not all."""
    run = next(iter(question.arms.values())).run
    words = format_kpi(reading.kpi) + (f" of {reading.arm}" if with_arm else "")
    if reading.where is not None:
        plain = format_value(reading.where, shape_of(type(reading.where)), currency_of(question))
        assert isinstance(plain, dict)
        tests = [f"{key} {' or '.join(value) if isinstance(value, list) else value}" for key, value in plain.items()]
        words += f" ({', '.join(tests) or 'all people'})"
    if reading.window != (run.warm_up, run.warm_up + run.horizon):
        words += f", days {reading.window[0] - run.warm_up} to {reading.window[1] - run.warm_up}"
    return words


def _lever_unit(lever: Lever | None) -> str:
    if lever is None:
        return "number"
    if lever.shape.kind == "rhythm":
        return "time" if lever.of == "day" else "number"
    return _LEVER_UNITS.get(lever.shape.unit.kind if lever.shape.unit else "", "number")


def _unit(finding: Finding, outcome: Outcome) -> str:
    """The unit of a finding's numbers, as in `format_amount`."""
    claim = outcome.expectation.claim
    lever = claim.lever if isinstance(claim, BestClaim) else None
    return {"kpi": outcome.unit, "ratio": "number", "margin": "share", "lever": _lever_unit(lever)}[finding.kind]


def format_found(finding: Finding | None, outcome: Outcome, question: Question) -> str:
    """A finding as a number with its interval, after the part of the claim that it is about."""
    if finding is None:
        return ""
    unit, currency = _unit(finding, outcome), currency_of(question)
    is_difference = isinstance(outcome.expectation.claim, OrderClaim)
    numbers = (finding.value, finding.low, finding.high)
    value, low, high = (_number(number, unit, currency, is_difference) for number in numbers)
    name = f"{finding.name}: " if finding.name else ""
    interval = f" ({low.removesuffix(' points')} to {high.removesuffix(' points')})"
    return f"{name}{value}{interval if finding.low is not None else ''}"


def format_outcome(outcome: Outcome, question: Question) -> str:
    """An expectation with what was found, on one line."""
    expectation = outcome.expectation
    claim = format_expected(expectation, question, outcome.unit)
    value = format_found(outcome.main, outcome, question)
    line = f"{outcome.reason}: expected {claim}; found {value}"
    if outcome.twin is not None:
        line += f"; with {', '.join(expectation.off)} off {format_found(outcome.twin, outcome, question)}"
    return line


def _number(number: float | None, unit: str, currency: str, is_difference: bool) -> str:
    if number is not None and math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if is_difference:
        return format_difference(number, unit, currency, sign=False)
    return format_amount(number, unit, currency)


def outcome_json(outcome: Outcome, question: Question) -> dict[str, Any]:
    """One expectation: the number that decides it with its interval, and the same of its twin."""
    expectation = outcome.expectation
    main, twin = outcome.main, outcome.twin
    return {
        "name": expectation.name,
        "claim": format_expected(expectation, question, outcome.unit),
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        **_finding_json(main, outcome),
        "off": dict(expectation.off),
        "twin": _finding_json(twin, outcome) if twin is not None else None,
        "left_out": outcome.left_out,
        "source": expectation.source,
    }


def _finding_json(finding: Finding, outcome: Outcome) -> dict[str, Any]:
    return {
        "met": finding.met,
        "part": finding.name,
        "unit": _unit(finding, outcome),
        "value": finding.value,
        "low": finding.low,
        "high": finding.high,
    }
