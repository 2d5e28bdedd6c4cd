"""The values of a resolved scenario, each with the place where it was written."""

from __future__ import annotations

from scenarios.errors import InputError, nearest
from scenarios.questions.question import Question
from scenarios.toml.toml_text import on_one_line
from scenarios.values.beliefs import Belief
from scenarios.values.notation import format_value
from scenarios.values.paths import leaves
from scenarios.values.shapes import Shape

DEFAULT = "default"
CYCLE, IMPLIED = "market.need.cycle", "implied by need.order_rate and need.regularity"


def explain(question: Question, arm: str | None = None) -> list[tuple[str, str, str]]:
    """Each value of one arm, the first unless named: its path, its text and its origin.

    An uncertain value shows its 5th and 95th percentile; a value that no file states comes from "default".
    """
    from sim.law.numbers import repurchase_cycle  # the compiler is slow to load

    name = arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        raise InputError("unknown arm", place=name, expected=nearest(name, question.arms), got=repr(name))
    scenario = question.arms[name]
    currency = scenario.market.money.currency
    rows = []
    for path, value, shape in leaves(scenario):
        if path == CYCLE and value is None:
            implied = repurchase_cycle(scenario.market.need)
            rows.append((path, value_text(implied, shape, None, currency), IMPLIED))
        if value is None or value == ():
            continue
        text = value_text(value, shape, question.beliefs.get(path), currency)
        rows.append((path, text, _origin(question, name, path)))
    return rows


def value_text(value: object, shape: Shape, belief: Belief | None, currency: str) -> str:
    """A value in the file's notation, to six digits; of an uncertain one the 5th and 95th percentile, too."""
    text = on_one_line(format_value(value, shape, currency, 6))
    if belief is None:
        return text
    exact = Shape("number", unit=shape.unit)
    low, high = (format_value(end, exact, currency, 6) for end in (belief.p5, belief.p95))
    return f"{text} ({low} to {high})"


def _origin(question: Question, arm: str, path: str) -> str:
    if question.posterior is not None and path in question.posterior:
        return f"posterior, {len(question.posterior)} draws; median {question.origins.get(path) or DEFAULT}"
    own = question.origins.get(f"variants.{arm}.{path}")
    return str(own or question.origins.get(path) or DEFAULT)
