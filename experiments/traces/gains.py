"""Who gains and who loses most between two arms: each person's payments in both, with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.question_setup import as_question, resized
from experiments.execution.progress import Progress
from experiments.traces.person_timeline import judge_arms, lived, runs_of
from scenarios import InputError

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.output.ledger import Ledger
    from sim.scenario import Scenario


def who_gained(
    question: Question | Mapping[str, Scenario] | Mapping[str, Question],
    a: str | None = None,
    b: str | None = None,
    *,
    draw: int = 0,
    replication: int = 0,
    draws: int | None = None,
    seed: int | None = None,
    count: int | None = 10,
    progress: Callable[[Progress], None] | None = None,
) -> pd.DataFrame:
    """People by what they bring more under `b` than under `a`: the most gained first, the most lost last.

    Columns person, paid_a, paid_b (cents over the whole run, less refunds), orders_a, orders_b, left_a, left_b (deleted
    the contact or ended the relation), difference (paid_b - paid_a); `attrs` names the arms. `count` people of either
    end who gained or lost anything; None for everybody in either event log. By default `a` is the arm `against`, or the
    first, and `b` the first other one. Raises InputError for an unknown arm, draw or replication.
    """
    import pandas as pd

    asked = resized(as_question(question), draws, None, seed)
    arms = _pair(asked, a, b)
    ledgers = [ledger for _, ledger in lived(runs_of(asked, arms, draw, replication), progress, events=True)]
    sides = [_by_person(ledger).add_suffix(suffix) for ledger, suffix in zip(ledgers, ("_a", "_b"), strict=True)]
    table = pd.concat(sides, axis=1).reset_index(names="person")
    numbers = [f"{name}_{side}" for name in ("paid", "orders") for side in "ab"]
    table[numbers] = table[numbers].fillna(0).astype(np.int64)
    for name in ("left_a", "left_b"):
        table[name] = table[name].eq(True)
    table["difference"] = table["paid_b"] - table["paid_a"]
    table = table[["person", *numbers, "left_a", "left_b", "difference"]]
    table = table.sort_values(["difference", "person"], ascending=[False, True], ignore_index=True)
    if count is not None:
        gained, lost = table[table["difference"] > 0], table[table["difference"] < 0]
        table = pd.concat([gained.head(count), lost.tail(count)], ignore_index=True)
    table.attrs = {"a": arms[0], "b": arms[1]}
    return table


def named(person: str | None) -> str | int | None:
    """Whom a command names: an identity, gained or lost, or nobody. Raises InputError for anything else."""
    if person in (None, "gained", "lost"):
        return person
    if not (person.isascii() and person.isdecimal()):
        raise InputError(
            f"PERSON: a number from the table that `rehearse lifeline FILE` prints, gained or lost is allowed; "
            f"got {person!r}"
        )
    return int(person)


def someone(question: Question, person: str, arms: Sequence[str] | None = None, **where: Any) -> int:
    """The identity that is named, or that of who gained or lost most between two arms; `where` as in `who_gained`.

    Raises InputError where nobody gained or lost anything.
    """
    name = named(person)
    if isinstance(name, int):
        return name
    table = who_gained(question, *two_of(question, arms), count=1, **where)
    rows = table[table["difference"] > 0] if name == "gained" else table[table["difference"] < 0]
    if not len(rows):
        a, b = table.attrs["a"], table.attrs["b"]
        raise InputError(
            f"{question.path}: nobody has {name} anything from {a!r} to {b!r}; allowed a number; got {name}"
        )
    return int(rows["person"].iloc[0])


def two_of(question: Question, arms: Sequence[str] | None) -> tuple[str, str]:
    """The two arms between which people gain: those given, or the question's own. Raises InputError."""
    judge_arms(question, arms)
    if arms is not None and len(arms) != 2:
        raise InputError(
            f"{question.path}: two variants are needed to say who gained; got {', '.join(map(repr, arms))}"
        )
    return _pair(question, *(arms or (None, None)))


def gains_json(table: pd.DataFrame) -> dict[str, Any]:
    """The table as plain data, schema 1; identities as text, as they are too long for some readers of JSON."""
    people = table.assign(person=table["person"].astype(str)).to_dict("records")
    return {"schema": 1, "a": table.attrs["a"], "b": table.attrs["b"], "people": people}


def _pair(question: Question, a: str | None, b: str | None) -> tuple[str, str]:
    """The arms to compare. Raises InputError where there are not two."""
    first = a or question.compare.against or next(iter(question.arms))
    second = b or next((arm for arm in question.arms if arm != first), first)
    if first == second:
        raise InputError(f"{question.path}: two different variants are needed to say who gained; got {first!r} twice")
    return first, second


def _by_person(ledger: Ledger) -> pd.DataFrame:
    """paid, orders and left of everybody in an event log, by identity."""
    import pandas as pd

    from sim.stages import Event

    events = pd.DataFrame(ledger.events)
    ordered = events["kind"].isin((Event.FIRST_ORDER, Event.ORDER))
    refunded = events["kind"] == Event.REFUND
    table = pd.DataFrame({
        "person": events["person"],
        "paid": events["cents"].where(ordered, 0) - events["cents"].where(refunded, 0),
        "orders": ordered.astype(np.int64),
        "left": events["kind"].isin((Event.DELETE, Event.DISPUTE)),
    })  # fmt: skip
    return table.groupby("person").agg({"paid": "sum", "orders": "sum", "left": "any"})
