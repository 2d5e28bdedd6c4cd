"""Who brings more and who brings less under a second arm: each person's payments in both, on common random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.execution.progress import Report, verb_of_runs
from experiments.runs.question_setup import as_question, resized
from experiments.traces.person_timeline import check_arms, select_runs, simulate
from scenarios import InputError

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.output.ledger import Ledger
    from sim.scenario import Scenario


@verb_of_runs
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
    progress: Report | bool | None = True,
) -> pd.DataFrame:
    """People in order of what they bring more under `b` than under `a`, the largest difference first.

    Columns person, paid_a, paid_b (cents over the whole run, less what came back), orders_a, orders_b, left_a, left_b
    (deleted the contact or ended the relation), difference (paid_b - paid_a); `attrs` names the arms. `count` limits
    the people at either end, without those of difference 0; None gives all people of both event logs. By default `a` is
    the arm `against`, or the first, and `b` the first other one. Raises InputError for an unknown arm, draw or
    replication.
    """
    import pandas as pd

    asked = resized(as_question(question), draws, None, seed)
    arms, report = _pair(asked, a, b), progress if callable(progress) else None
    ledgers = [ledger for _, ledger in simulate(select_runs(asked, arms, draw, replication), report, events=True)]
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


def parse_person(person: str | None) -> str | int | None:
    """The PERSON of the command: an identity, `gained`, `lost` or None. Raises InputError for anything else."""
    if person in (None, "gained", "lost"):
        return person
    if not (person.isascii() and person.isdecimal()):
        expected = "gained, lost, or a number from the table that `rehearse timeline FILE` prints"
        raise InputError(place="PERSON", expected=expected, got=repr(person))
    return int(person)


def find_person(question: Question, person: str, arms: Sequence[str] | None = None, **options: Any) -> int:
    """The identity given, or that of the person with the largest gain or loss between two arms.

    `options` are those of `who_gained`. Raises InputError where there is no gain or no loss.
    """
    name = parse_person(person)
    if isinstance(name, int):
        return name
    table = who_gained(question, *two_arms(question, arms), count=1, **options)
    rows = table[table["difference"] > 0] if name == "gained" else table[table["difference"] < 0]
    if not len(rows):
        problem = f"no person has {name} anything from {table.attrs['a']!r} to {table.attrs['b']!r}"
        raise InputError(problem, place=str(question.path), expected="a person's number", got=str(name))
    return int(rows["person"].iloc[0])


def two_arms(question: Question, arms: Sequence[str] | None) -> tuple[str, str]:
    """The two arms that `who_gained` compares: those given, or the question's own. Raises InputError."""
    check_arms(question, arms)
    if arms is not None and len(arms) != 2:
        raise _not_two(question, ", ".join(map(repr, arms)))
    return _pair(question, *(arms or (None, None)))


def _not_two(question: Question, got: str) -> InputError:
    return InputError("who gained needs a pair", place=str(question.path), expected="two different variants", got=got)


def gains_json(table: pd.DataFrame) -> dict[str, Any]:
    """The table as plain data, schema 1; identities are text, as some JSON readers cannot hold 64-bit integers."""
    people = table.assign(person=table["person"].astype(str)).to_dict("records")
    return {"schema": 1, "a": table.attrs["a"], "b": table.attrs["b"], "people": people}


def _pair(question: Question, a: str | None, b: str | None) -> tuple[str, str]:
    """The arms to compare. Raises InputError where there are not two."""
    first = a or question.compare.against or next(iter(question.arms))
    second = b or next((arm for arm in question.arms if arm != first), first)
    if first == second:
        raise _not_two(question, f"{first!r} twice")
    return first, second


def _by_person(ledger: Ledger) -> pd.DataFrame:
    """paid, orders and left of all people in an event log, by identity."""
    import pandas as pd

    from sim.stages import Event

    events = pd.DataFrame(ledger.events)
    ordered = events["kind"].isin((Event.FIRST_ORDER, Event.ORDER))
    refunded = events["kind"].isin([Event.REFUND, Event.COMPENSATION, Event.CHARGEBACK, Event.RETURN])
    table = pd.DataFrame({
        "person": events["person"],
        "paid": events["cents"].where(ordered, 0) - events["cents"].where(refunded, 0),
        "orders": ordered.astype(np.int64),
        "left": events["kind"].isin((Event.DELETE, Event.DISPUTE)),
    })  # fmt: skip
    return table.groupby("person").agg({"paid": "sum", "orders": "sum", "left": "any"})
