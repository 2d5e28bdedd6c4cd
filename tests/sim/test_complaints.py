"""The course of a complaint: who stays, what comes back, and what each policy of the firm costs and brings."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim import Ledger, run
from sim.engine import advance, open_run
from sim.law.complaints import ComplaintNumbers, recovery, stop_chance
from sim.law.numbers import complaint_numbers
from sim.output.measures import measure
from sim.scenario import Compensation, Goals, Scenario, Service, StopResponse, Who
from sim.stages import Event
from tests.worlds import scenario

STOP = StopResponse(-0.4, 0.3, 0.7, 60.0, 1.6)
DESK = Service(agents=1, hours=(0.375, 0.875))
BUSY = {
    "market.start_with": 400,
    "market.service.problems_per_order": 0.3,
    "market.service.patience.complaint": 9.0,
    "market.service.stop": STOP,
    "strategy.outreach": {},
    "strategy.campaigns": {},
}


def shop(plan: Service = DESK, changes: dict[str, Any] | None = None) -> Scenario:
    return scenario({**BUSY, "strategy.service": plan, **(changes or {})}, days=150)


def numbers(plan: Service = DESK, changes: dict[str, Any] | None = None) -> ComplaintNumbers:
    return complaint_numbers(shop(plan, changes))


def chance(orders: int = 1, since: float = math.inf, good: float = 0.0) -> float:
    return stop_chance(good, orders, since, False, numbers())


def total(ledger: Ledger, account: str) -> int:
    return int(ledger.series[account].sum())


# --- the law ---------------------------------------------------------------------------------------


def test_a_complaint_never_helps_and_past_orders_mitigate() -> None:
    """Solved in time about .10, unsolved .35; however well it ends, some stop."""
    assert chance() == pytest.approx(0.353, abs=1e-3)
    assert chance(good=1.0) == pytest.approx(0.099, abs=1e-3)
    assert [round(chance(n), 3) for n in (0, 1, 5, 20)] == [0.401, 0.353, 0.281, 0.212]
    assert chance(good=1.8) > 0.0


def test_a_second_complaint_is_worse_and_that_fades() -> None:
    soon, later = chance(since=7.0), chance(since=365.0)
    assert soon > chance() + 0.1
    assert later == pytest.approx(chance(), abs=5e-3)


def test_within_the_tolerance_nothing_is_lost_and_half_of_it_later() -> None:
    one = numbers()
    assert recovery(one.tolerance, one) == 1.0
    assert recovery(one.tolerance + one.resolve_half, one) == 0.5


def test_apology_and_updates_together_do_less_than_one() -> None:
    alone = [numbers(replace(DESK, **{key: True})).lift for key in ("apology", "status_updates")]
    both = numbers(replace(DESK, apology=True, status_updates=True)).lift
    assert 0.0 < both < max(alone)


def test_a_compensation_of_none_is_no_compensation() -> None:
    """Also where the plan that this one extends had a share and looked for what fits."""
    paid, none = Compensation("money", 0.5, matched=True), Compensation("none", 0.5, matched=True)
    some, without, never = (
        complaint_numbers(scenario({"strategy.service.compensation": one})) for one in (paid, none, None)
    )
    assert without == never != some


def test_matched_compensation_does_most_and_credit_more_than_money() -> None:
    def lift(kind: Any, share: float, matched: bool = False) -> float:
        return numbers(replace(DESK, compensation=Compensation(kind, share, matched))).compensation_lift

    assert lift("money", 0.2, True) > lift("credit", 0.2) > lift("money", 0.2) > 0.0
    assert lift("money", 0.0) == 0.0
    curve = [lift("money", share) for share in (0.1, 0.2, 0.4, 0.8)]
    assert all(b - a < c for a, b, c in zip(curve, curve[1:], curve, strict=False))


# --- the run ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [0.0, 3.0, 9.0])
def test_no_complaint_outlasts_the_refund(hours: float) -> None:
    """Each one that the desk has not solved by then is refunded in full, and no work is done on it any more."""
    within = hours / 24.0
    plain, policy = run(shop()), run(shop(replace(DESK, refund_within=within)))
    times = policy.tickets["seconds"][policy.tickets["kind"] == 2]
    assert times.max() <= hours * 3600.0
    assert total(policy, "refunded") > total(plain, "refunded")
    assert plain.tickets["seconds"][plain.tickets["kind"] == 2].max() > hours * 3600.0
    if hours == 0.0:
        quiet = run(shop(replace(DESK, refund_within=0.0), {"market.service.handling.complaint": 9.0}))
        assert quiet.fingerprint == policy.fingerprint
        # all but those of people whose relation another complaint of the same day has ended
        assert 0 <= total(policy, "complaints") - total(policy, "refunds") <= 2


def test_a_refund_at_once_is_late_for_no_goal() -> None:
    plan = replace(DESK, refund_within=0.5, goals=replace(DESK.goals, complaint=0.4))
    patient = {"market.service.patience.complaint": 1e6}
    kept, broken = run(shop(replace(plan, refund_within=0.3), patient)), run(shop(plan, patient))
    assert total(kept, "resolved_in_goal") == total(kept, "resolved_with_goal")
    assert total(broken, "resolved_in_goal") < total(broken, "resolved_with_goal")


def test_who_gives_up_was_not_served_within_a_goal() -> None:
    """A desk at which nobody is keeps no promise, although it has answered nobody too late."""
    goals = Goals(reply=1.0, complaint=9.0)
    nobody = run(shop(Service(agents=0, goals=goals), {"market.service.patience.complaint": 0.1}))
    assert total(nobody, "abandoned") > 100
    for name in ("reply_within_goal", "complaints_within_goal"):
        kpi = measure(nobody, name)
        assert kpi.numerator == 0.0
        assert kpi.denominator > 50.0
    asked = total(nobody, "replies_with_goal") + total(nobody, "resolved_with_goal")
    assert 0.95 * total(nobody, "abandoned") <= asked <= total(nobody, "abandoned")


def test_easy_refunds_bring_more_problems() -> None:
    easy = replace(DESK, refund_within=0.0)
    honest, learning = (run(shop(easy, {"market.service.opportunism": one})) for one in (0.0, 0.8))
    assert total(learning, "complaints") > 1.1 * total(honest, "complaints")


def test_what_comes_back_of_an_order_comes_back_once() -> None:
    """All complaints are disputes that are charged back: but not an order that was refunded; compensation is kept."""
    all_disputed = {"market.service.dispute_share": 1.0, "market.service.chargeback": 1.0}
    events = run(shop(replace(DESK, compensation=Compensation("money", 0.3)), all_disputed), events=True).events
    assert events is not None
    kind, person, instant, cents = (events[name] for name in ("kind", "person", "instant", "cents"))
    back = {
        one: dict(
            zip(
                zip(person[kind == one].tolist(), instant[kind == one].tolist(), strict=True),
                cents[kind == one].tolist(),
                strict=True,
            )
        )
        for one in (Event.REFUND, Event.CHARGEBACK, Event.COMPENSATION)
    }
    assert min(map(len, back.values())) > 10
    assert not back[Event.REFUND].keys() & back[Event.CHARGEBACK].keys()
    for where, money in (back[Event.REFUND] | back[Event.CHARGEBACK]).items():
        if where in back[Event.COMPENSATION]:
            assert back[Event.COMPENSATION][where] == pytest.approx(
                0.3 * (money + back[Event.COMPENSATION][where]), abs=1.0
            )


def test_who_stays_after_a_dispute_is_deaf_to_prices() -> None:
    everybody = {
        "market.service.dispute_share": 1.0,
        "market.service.dispute_stop": 0.0,
        "market.service.dispute_price": 0.0,
    }
    opened = open_run(shop(DESK, everybody))
    advance(opened, 150)
    people = opened.state.population
    complained, delta = np.isfinite(people.column("last_complaint")), people.column("delta")
    assert complained.sum() > 20
    assert np.all(delta[complained] == 0.0)
    assert np.all(delta[~complained] > 0.0)


def test_escalated_complaints_go_first_and_take_longer() -> None:
    """Where many questions wait, and a senior colleague is as fast as others, complaints end sooner."""
    last = replace(DESK, priority=("pre_sale", "after_sale", "complaint"))
    busy = {"market.service.questions_per_order": 1.0, "market.service.handling.after_sale": 0.06}
    alike = {**busy, "market.service.escalated": 1.0}
    plain, first, slower = (
        run(shop(plan, changes))
        for plan, changes in (
            (last, busy),
            (replace(last, escalate=Who()), alike),
            (replace(last, escalate=Who()), busy),
        )
    )
    days = [total(one, "resolve_seconds") / total(one, "resolved") for one in (plain, first)]
    assert days[1] < 0.8 * days[0]
    assert total(slower, "busy_seconds") > total(first, "busy_seconds")


@pytest.mark.parametrize(
    "policy",
    [
        {"apology": True},
        {"status_updates": True},
        {"compensation": Compensation("money", 0.0, matched=True)},
        {"escalate": Who()},
    ],
    ids=["apology", "status updates", "matching", "escalation"],
)
def test_each_policy_takes_time_of_the_desk(policy: dict[str, Any]) -> None:
    assert total(run(shop(replace(DESK, **policy))), "busy_seconds") > total(run(shop()), "busy_seconds")
