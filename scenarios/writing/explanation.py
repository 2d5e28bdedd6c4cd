"""The resolved scenario, every value with where it came from."""

from __future__ import annotations

from scenarios.errors import InputError
from scenarios.values.notation import in_notation
from scenarios.values.paths import leaves
from scenarios.values.question import Belief, Question
from scenarios.values.shapes import Shape
from scenarios.values.suggestions import nearest

DEFAULT = "default"


def explain(question: Question, arm: str | None = None) -> list[tuple[str, str, str]]:
    """Each value of one arm, the first unless named: its path, its text and its origin.

    An uncertain value shows its 5th and 95th percentile; a value that no file states comes from "default".
    """
    name = arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        raise InputError(f"{arm}: is not an arm; {nearest(name, question.arms)}; got {arm!r}")
    scenario = question.arms[name]
    currency = scenario.market.money.currency
    rows = []
    for path, value, shape in leaves(scenario):
        if value is None or value == ():
            continue
        text = _text(value, shape, question.beliefs.get(path), currency)
        rows.append((path, text, _origin(question, name, path)))
    return rows


def _text(value: object, shape: Shape, belief: Belief | None, currency: str) -> str:
    text = on_one_line(in_notation(value, shape, currency, 6))
    if belief is None:
        return text
    exact = Shape("number", unit=shape.unit)
    low, high = (in_notation(end, exact, currency, 6) for end in (belief.p5, belief.p95))
    return f"{text} ({low} to {high})"


def on_one_line(plain: object) -> str:
    """Plain data on one line as TOML would have it."""
    if isinstance(plain, list):
        return f"[{', '.join(map(on_one_line, plain))}]"
    if isinstance(plain, dict):
        return f"{{ {', '.join(f'{key} = {on_one_line(inner)}' for key, inner in plain.items())} }}"
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def _origin(question: Question, arm: str, path: str) -> str:
    if question.posterior is not None and path in question.posterior:
        return f"posterior, {len(question.posterior)} draws; median {question.origins.get(path) or DEFAULT}"
    own = question.origins.get(f"variants.{arm}.{path}")
    return str(own or question.origins.get(path) or DEFAULT)
