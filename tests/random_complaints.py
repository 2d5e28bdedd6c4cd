"""Random courses of complaints, and policies on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim import scenario as s
from tests.dice import Dice, log_number


def plain_course(stop: s.StopResponse) -> dict[str, Any]:
    """Keys of a market's service that have to do with complaints, before `with_complaints` draws them."""
    return {
        "resolve_slope": 1.0,
        "stop": stop,
        "dispute_price": 1.0,
        "chargeback": 0.0,
        "compensation": s.CompensationResponse(0.0, 0.1, 1.0, 1.0, 0.0, 0.0),
        "apology": 0.0,
        "apology_time": 0.0,
        "status_updates": 0.0,
        "status_time": 0.0,
        "both": 1.0,
        "escalated": 1.0,
        "opportunism": 0.0,
    }


def with_complaints(dice: Dice, world: s.Market, plan: s.Strategy) -> tuple[s.Market, s.Strategy]:
    """The market and the strategy with a random course of complaints, and a policy on them."""
    held = world.service
    orders, repeated = dice.number(0.0, 1.0), dice.number(0.0, 2.0)
    service = replace(
        held,
        resolve_slope=dice.number(0.5, 2.0),
        stop=replace(held.stop, orders=orders, repeated=repeated, repeated_half_life=log_number(dice, 1.0, 100.0)),
        dispute_price=dice.number(0.0, 1.0),
        chargeback=dice.number(0.4, 1.0),
        compensation=s.CompensationResponse(*(dice.number(0.01, 1.0) for _ in range(5)), dice.number(0.0, 0.02)),
        apology=dice.number(0.0, 0.5),
        apology_time=dice.number(0.0, 0.02),
        status_updates=dice.number(0.0, 0.5),
        status_time=dice.number(0.0, 0.02),
        both=dice.number(0.0, 1.0),
        escalated=dice.number(0.5, 3.0),
        opportunism=dice.number(0.0, 0.9),
    )
    paid = s.Compensation(dice.one_of(["money", "credit"]), dice.number(0.0, 1.0), dice.one_of([False, True]))
    policy = replace(
        plan.service,
        refund_within=dice.one_of(
            [None, None, 0.0, dice.number(0.02, 1.0), dice.number(0.1, 5.0), dice.number(1.0, 9.0)]
        ),
        compensation=dice.one_of([None, paid, paid]),
        apology=dice.one_of([False, True]),
        status_updates=dice.one_of([False, True]),
        escalate=dice.one_of([None, s.Who(), s.Who(orders=s.Range(2.0, None))]),
    )
    return replace(world, service=service), replace(plan, service=policy)
