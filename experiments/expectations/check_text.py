"""What was expected and what was found, in words and as machine-readable dictionaries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from experiments.output.format_values import format_amount, format_difference, format_kpi
from experiments.output.json_answers import clean
from experiments.regression.kpi_change_text import currency_of
from experiments.regression.regression_text import against_json
from scenarios import BestClaim, BetweenClaim, CurveClaim, Expectation, Lever, OrderClaim, Question, Reading
from scenarios.toml.toml_document import label as file_label
from scenarios.values.notation import format_value
from scenarios.values.shapes import shape_of

if TYPE_CHECKING:
    from experiments.expectations.checks import CheckResult, Outcome, ScenarioCheck
    from experiments.expectations.claim_tests import Finding

_LEVER_UNITS = {"time": "time", "share": "share", "money": "money"}


def expected(expectation: Expectation, question: Question, unit: str) -> str:
    """An expectation as a phrase, such as "orders: deep > mild"."""
    claim = expectation.claim
    first = claim.readings[0]
    ends = _ends(expectation, question, unit)
    several = len(question.arms) > 1
    if isinstance(claim, BetweenClaim):
        return f"{_read(first, question, several)}, {ends}"
    if isinstance(claim, OrderClaim):
        return f"{_read(first, question)}: {' > '.join(reading.arm for reading in claim.readings)}"
    if isinstance(claim, BestClaim):
        parts = [f"{word} {_names(claim, getattr(claim, word))}" for word in ("among", "has", "lacks")
                 if getattr(claim, word)]  # fmt: skip
        parts += [f"middle of {claim.lever.path} {ends}"] if claim.lever else []
        return f"within {100 * claim.within:g} % of the best {_read(first, question)}: {'; '.join(parts)}"
    if isinstance(claim, CurveClaim):
        return f"curvature of {_read(first, question)} over {claim.lever.path}, {ends}"
    return f"{_read(first, question, several)} / {_read(claim.readings[1], question, several)}, {ends}"


def _names(claim: BestClaim, places: tuple[int, ...]) -> str:
    return ", ".join(claim.readings[place].arm for place in places)


def _ends(expectation: Expectation, question: Question, unit: str) -> str:
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


def _read(reading: Reading, question: Question, with_arm: bool = False) -> str:
    """A reading in words: its KPI, its arm if asked for, and its people and days where they are not all."""
    run = next(iter(question.arms.values())).run
    words = format_kpi(reading.kpi) + (f" of {reading.arm}" if with_arm else "")
    if reading.where is not None:
        plain = format_value(reading.where, shape_of(type(reading.where)), currency_of(question))
        assert isinstance(plain, dict)
        tests = [f"{key} {' or '.join(value) if isinstance(value, list) else value}" for key, value in plain.items()]
        words += f" ({', '.join(tests) or 'everybody'})"
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
    """The unit of a finding's numbers, as in `words.amount`."""
    claim = outcome.expectation.claim
    lever = claim.lever if isinstance(claim, BestClaim) else None
    return {"kpi": outcome.unit, "ratio": "number", "margin": "share", "lever": _lever_unit(lever)}[finding.kind]


def found(finding: Finding | None, outcome: Outcome, question: Question) -> str:
    """A finding as a number with its interval, and which part of the claim it is about."""
    if finding is None:
        return ""
    unit, currency = _unit(finding, outcome), currency_of(question)
    apart = isinstance(outcome.expectation.claim, OrderClaim)
    told = [_end(number, unit, currency, apart) for number in (finding.value, finding.low, finding.high)]
    name = f"{finding.name}: " if finding.name else ""
    told[1:] = [end.removesuffix(" points") for end in told[1:]]
    return f"{name}{told[0]} ({told[1]} to {told[2]})" if finding.low is not None else f"{name}{told[0]}"


def told(outcome: Outcome, question: Question) -> str:
    """An expectation with what was found, on one line."""
    expectation = outcome.expectation
    claim, value = expected(expectation, question, outcome.unit), found(outcome.main, outcome, question)
    line = f"{outcome.reason}: expected {claim}; found {value}"
    if outcome.twin is not None:
        line += f"; with {', '.join(expectation.off)} off {found(outcome.twin, outcome, question)}"
    return line


def _end(number: float | None, unit: str, currency: str, apart: bool) -> str:
    if number is not None and math.isinf(number):
        return "∞" if number > 0 else "−∞"
    return format_difference(number, unit, currency, sign=False) if apart else format_amount(number, unit, currency)


def checked_json(answer: CheckResult) -> dict[str, Any]:
    """A check as plain JSON, schema 1: money in cents, shares as fractions, times in days, None where missing."""
    return clean({
        "schema": 1,
        "verdict": answer.verdict,
        "scenarios": [_scenario_json(scenario) for scenario in answer.scenarios],
    })  # fmt: skip


def _scenario_json(scenario: ScenarioCheck) -> dict[str, Any]:
    question = scenario.question
    return {
        "name": question.name,
        "file": file_label(question.path),
        "verdict": scenario.verdict,
        "draws": scenario.draws,
        "replications": scenario.replications,
        "confidence": scenario.confidence,
        "currency": currency_of(question),
        **against_json(scenario.against),
        "expect": [outcome_json(outcome, question) for outcome in scenario.outcomes],
        "failed": [vars(failure) for failure in scenario.failures],
    }


def outcome_json(outcome: Outcome, question: Question) -> dict[str, Any]:
    """One expectation: the number that decides it with its interval, and the same of its twin."""
    expectation = outcome.expectation
    main, twin = outcome.main, outcome.twin
    return {
        "name": expectation.name,
        "claim": expected(expectation, question, outcome.unit),
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
