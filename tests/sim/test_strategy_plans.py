"""Strategies in Python that start campaigns, staff the desk and set budgets: a file could have done the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from sim import Actions, Ledger, Offer, run
from sim.engine import advance, open_run
from sim.extend.person_columns import AddedError
from sim.output.accounts import ACCOUNTS
from sim.scenario import Acquisition, Campaign, Range, Scenario, Service, Shift, Who
from sim.scenario.strategy_function import PublicView
from sim.state.view import view_of
from tests.worlds import START, scenario

Memory = dict[str, Any]
Answer = tuple[Actions, Memory]
Strategy = Callable[[PublicView, Memory], Answer]


def each_day(act: Callable[[PublicView], Actions]) -> Strategy:
    return lambda view, memory: (act(view), memory)


def same(one: Ledger, other: Ledger) -> None:
    """All integers of both ledgers are equal, and so are their events."""
    differing = [name for name in ACCOUNTS if not np.array_equal(one.series[name], other.series[name])]
    assert differing == []
    assert one.fingerprint == other.fingerprint
    assert {name: column.tolist() for name, column in one.tickets.items()} == {
        name: column.tolist() for name, column in other.tickets.items()
    }


def planned(world: Scenario, **parts: Any) -> Scenario:
    """The world with these parts of its strategy."""
    return replace(world, strategy=replace(world.strategy, **parts))


# --- campaigns -------------------------------------------------------------------------------------

DAYS = (5, 15, 30)
SALE: dict[str, Any] = {
    "phases": ("launch", "proof", "deadline"), "content": ("value", "offer", "offer"), "at": 0.4,
    "who": Who(tenure=Range(high=400.0)), "holdout": 0.2, "budget": 40_000, "prepare": 1.0, "items": 2,
    "commission": 0.1,
}  # fmt: skip


@pytest.mark.parametrize("announce", [None, 3])
def test_a_campaign_started_on_its_dates_gives_the_integers_of_the_file(announce: int | None) -> None:
    terms, offer = SALE | {"announce": announce}, Offer.percent(0.25)
    dates = tuple(START + timedelta(days=day) for day in DAYS)
    by_file = {"sale": Campaign(offer, "direct", on=dates, lasts=4.0, **terms)}
    earlier = announce or 0

    def starting(view: PublicView) -> Actions:
        if view.day + earlier not in DAYS:
            return Actions.nothing()
        return Actions.campaign("sale", offer, channel="direct", days=4, **terms)

    plain = scenario({"market.offers.campaign_spread": 0.3}, days=45)
    plain = planned(plain, campaigns={})
    one, other = run(planned(plain, campaigns=by_file)), run(plain.with_programme("boss", each_day(starting)))
    same(one, other)
    assert one.retrospectives == other.retrospectives
    assert one.sent["campaigns.sale"] > 0
    assert one.series["campaigns"].sum() == len(DAYS)
    assert one.fingerprint != run(plain).fingerprint


def test_a_campaign_for_people_who_are_named_is_theirs_alone() -> None:
    def starting(view: PublicView) -> Actions:
        if view.day != 3:
            return Actions.nothing()
        return Actions.campaign("few", Offer.percent(0.5), channel="direct", days=5, person=view.person[::2])

    plain = planned(scenario(days=12), campaigns={}, outreach={})
    opened = open_run(plain.with_programme("boss", each_day(starting)))
    advance(opened, 3)
    chosen = np.flatnonzero(view_of(opened.state).contacts)[::2]
    advance(opened, 4)
    record = opened.state.books.campaigns[0]
    assert np.array_equal(np.flatnonzero(record.addressed), chosen)
    assert 0 < opened.state.books.ledger.series["touches"][3] <= chosen.size


# --- staff -----------------------------------------------------------------------------------------

BUSY = {
    "market.service.questions_per_touch": 0.3,
    "market.service.handling.pre_sale": 0.05,
    "market.service.handling.after_sale": 0.05,
    "market.service.handling.complaint": 0.2,
    "market.service.problems_per_order": 0.3,
}
MORNING, LATE = (9 / 24, 17 / 24), (12 / 24, 20 / 24)
NOBODY = Service(agents=0, overtime=0.02, parallel_chats=2)


def busy(days: int = 60, service: Service = NOBODY) -> Scenario:
    return planned(scenario(BUSY, days=days), service=service)


def replace_reply(world: Scenario) -> Scenario:
    """The same desk without an automatic reply."""
    return planned(world, service=replace(world.strategy.service, auto_reply=False))


@pytest.mark.parametrize("auto_reply", [False, True])
def test_staff_of_each_day_gives_the_integers_of_the_file(auto_reply: bool) -> None:
    shifts, nobody = (Shift(2, MORNING), Shift(1, LATE, skills=("complaint",))), replace(NOBODY, auto_reply=auto_reply)
    by_file = busy(service=replace(nobody, agents=None, shifts=shifts))
    act = Actions.staff(2, hours=MORNING) + Actions.staff(1, hours=LATE, skills=["complaint"])
    one, other = run(by_file), run(busy(service=nobody).with_programme("rota", each_day(lambda view: act)))
    same(one, other)
    assert (one.fingerprint != run(replace_reply(by_file)).fingerprint) == auto_reply
    assert one.series["overtime_seconds"].sum() > 0
    assert one.series["resolved"].sum() > 0


@pytest.mark.parametrize("hours", [MORNING, (0.0, 1.0)], ids=["morning", "day and night"])
def test_work_in_hand_rests_over_days_off_as_in_a_file(hours: tuple[float, float]) -> None:
    """Weekends are off; what an agent has in hand on Friday goes on on Monday."""
    weekdays, plan = ("mon", "tue", "wed", "thu", "fri"), replace(NOBODY, overtime=0.0)
    by_file = replace(plan, agents=None, shifts=(Shift(2, hours, days=weekdays),))
    world = scenario(BUSY | {"market.money.seat": 0.0}, days=60)  # a file pays the seats of days off, too

    def rota(view: PublicView) -> Actions:
        return Actions.staff(2 if view.today.weekday() < 5 else 0, hours=hours)

    one = run(planned(world, service=by_file))
    same(one, run(planned(world, service=plan).with_programme("rota", each_day(rota))))
    assert one.series["resolved"].sum() > 0


def test_agents_who_come_on_some_weekdays_keep_what_they_have_in_hand() -> None:
    """Work in hand is timed anew nearly every morning, with overtime and several tickets in hand."""
    some = ("mon", "wed", "sat")
    free = {"market.money.seat": 0.0, "market.money.training": 0}  # a file's agents are there from the first day on
    world = scenario(BUSY | free, days=60)
    by_file = replace(NOBODY, agents=None, shifts=(Shift(1, MORNING), Shift(2, MORNING, days=some)))

    def rota(view: PublicView) -> Actions:
        return Actions.staff(3 if view.today.weekday() in (0, 2, 5) else 1, hours=MORNING)

    one = run(planned(world, service=by_file))
    same(one, run(planned(world, service=NOBODY).with_programme("rota", each_day(rota))))
    assert one.series["overtime_seconds"].sum() > 0


def test_whatever_the_rota_nobody_works_more_than_there_is_time() -> None:
    rng = np.random.default_rng(3)
    rotas = rng.integers(0, 5, (60, 24))
    rotas[::3] = 0

    def rota(view: PublicView) -> Actions:
        return Actions.nothing() if view.day % 7 == 6 else Actions.staff(rotas[view.day])

    ledger = run(busy(service=Service(agents=2, hours=LATE, parallel_chats=2)).with_programme("rota", each_day(rota)))
    series = ledger.series
    hours = np.array([2 * 8 if day % 7 == 6 else rotas[day].sum() for day in range(60)])
    assert np.allclose(series["open_seconds"], 2 * 3600 * hours, atol=1)
    assert (series["busy_seconds"] <= series["open_seconds"] + 1).all()
    assert series["busy_seconds"].sum() > 0
    assert (series["busy_seconds"][hours == 0] == 0).all()


def test_agents_by_hour_are_shifts() -> None:
    by_hour = [0] * 9 + [2] * 3 + [3] * 5 + [1] * 3 + [0] * 4
    shifts = Actions.staff(by_hour).shifts
    assert shifts == (Shift(1, (9 / 24, 20 / 24)), Shift(1, (9 / 24, 17 / 24)), Shift(1, (12 / 24, 17 / 24)))
    assert Actions.staff(np.array([0] * 8 + [1, 0, 1] + [0] * 13)).shifts == (
        Shift(1, (8 / 24, 9 / 24)),
        Shift(1, (10 / 24, 11 / 24)),
    )
    assert Actions.staff(0).shifts == Actions.staff([0] * 24).shifts == ()


def test_who_comes_besides_the_plan_is_paid_a_seat_and_trained_once() -> None:
    world = busy(days=8, service=replace(NOBODY, agents=1, hours=MORNING))
    money = world.market.money

    def rota(view: PublicView) -> Actions:
        return Actions.staff(3, hours=MORNING) if view.day in (2, 5) else Actions.nothing()

    one, other = run(world).series, run(world.with_programme("rota", each_day(rota))).series
    more = (other["seats"] - one["seats"]).tolist()
    assert more == [0, 0, 2 * round(money.seat) + 2 * money.training, 0, 0, 2 * round(money.seat), 0, 0]
    third = money.wage * (MORNING[1] - MORNING[0])
    hours = (
        other["wages"]
        - one["wages"]
        - money.overtime * money.wage * (other["overtime_seconds"] - one["overtime_seconds"]) / 86400.0
    )
    assert np.allclose(hours, [0, 0, 2 * third, 0, 0, 2 * third, 0, 0], atol=1.0)


@pytest.mark.slow
def test_the_whole_curve_of_staff_and_of_budgets() -> None:
    """From nobody to absurdly many: waits fall to nothing, wages rise in proportion; contacts up to all prospects."""
    waits, answered, wages = [], [], []
    for agents in (0, 1, 2, 4, 8, 50, 10_000):
        act = Actions.staff(agents, hours=MORNING)
        series = run(busy(days=30).with_programme("rota", each_day(lambda view, act=act: act))).series  # type: ignore[misc]
        waits.append(series["reply_seconds"].sum() / max(series["replies"].sum(), 1))
        answered.append(series["replies"].sum())
        wages.append(series["wages"].sum())
    assert answered[0] == wages[0] == 0
    assert answered == sorted(answered)
    assert waits[1:] == sorted(waits[1:], reverse=True)
    assert wages == sorted(wages)


# --- budgets ---------------------------------------------------------------------------------------


def test_budgets_give_the_integers_of_the_file() -> None:
    plain = scenario(days=40)
    (name, plan), *_ = plain.strategy.acquisition.items()
    budgets = {each: float(2_000 + 300 * place) for place, each in enumerate(plain.market.sources)}
    by_file = {
        each: replace(plain.strategy.acquisition.get(each, Acquisition()), budget=cents)
        for each, cents in budgets.items()
    }

    def opening(view: PublicView) -> Actions:
        parts = [Actions.budget(each, cents) for each, cents in budgets.items()] if view.day == 0 else []
        return sum(parts, Actions.nothing())

    one, other = run(planned(plain, acquisition=by_file)), run(plain.with_programme("boss", each_day(opening)))
    same(one, other)
    assert one.series["added"].sum() > 0
    nothing = planned(plain, acquisition={}).with_programme("boss", each_day(opening))
    assert plan.hook is None or run(nothing).fingerprint != other.fingerprint
    assert run(nothing).series["added"].sum() > 0, "a source that the plan does not have is opened"
    assert name in budgets


def test_a_budget_holds_from_its_day_on() -> None:
    plain = scenario(days=20)

    def cutting(view: PublicView) -> Actions:
        return sum(
            [Actions.budget(each, 1.0) for each in plain.strategy.acquisition] if view.day == 10 else [],
            Actions.nothing(),
        )

    one, other = run(plain).series, run(plain.with_programme("boss", each_day(cutting))).series
    assert np.array_equal(one["added"][:10], other["added"][:10])
    assert one["added"][10:].sum() > 0
    assert other["acquisition_cost"][10:].sum() <= 10 * len(plain.strategy.acquisition)


# --- what it sees ----------------------------------------------------------------------------------


def test_the_queue_and_the_books_are_those_of_yesterday_evening() -> None:
    world = busy(days=40, service=replace(NOBODY, agents=1, hours=MORNING))
    seen: list[tuple[int, int, int]] = []

    def looking(view: PublicView) -> Actions:
        queue = view.queue
        waiting = queue.count() - int(queue.in_hand.sum())
        orders, costs = view.account("orders"), view.costs
        assert orders.shape == view.contribution.shape == (view.day,)
        assert not orders.flags.writeable
        assert (queue.waiting > 0).all()
        assert queue.longest() <= view.day
        assert queue.count() == sum(queue.count(kind) for kind in ("pre_sale", "after_sale", "complaint"))
        assert costs.wage == world.market.money.wage
        seen.append((waiting, view.account("questions").sum() + view.account("complaints").sum(), view.day))
        for hidden in ("drifted", "lost_need", "refunded_of_orders", "leads_in_cohort"):
            with pytest.raises(ValueError, match=rf"^account: .*got '{hidden}'$"):
                view.account(hidden)
        return Actions.nothing()

    ledger = run(world.with_programme("looking", each_day(looking)))
    same(ledger, run(world))
    asked = ledger.series["questions"] + ledger.series["complaints"]
    assert [total for _, total, _ in seen] == np.concatenate([[0], np.cumsum(asked)[:-1]]).tolist()
    assert max(waiting for waiting, _, _ in seen) > 0
    books = [None]

    def auditing(view: PublicView) -> Actions:
        books[0] = view.contribution
        return Actions.nothing()

    run(world.with_programme("auditing", each_day(auditing)))
    assert np.array_equal(books[0], ledger.contribution()[:-1])


# --- mistakes --------------------------------------------------------------------------------------

TEN = Offer.percent(0.1)


def starting(name: str = "sale", offer: Any = TEN, **how: Any) -> Callable[[PublicView], Actions]:
    return lambda view: Actions.campaign(name, offer, **({"channel": "direct"} | how))


@pytest.mark.parametrize(
    ("act", "place", "got"),
    [
        (starting(channel="telegram"), "campaign sale: channel", "'telegram'"),
        (starting("two words"), "campaign: name", "'two words'"),
        (starting(offer={"depth": 0.1}), "campaign sale: offer", "{'depth': 0.1}"),
        (starting(offer=Offer("percent", depth=1.2)), "campaign sale: offer.depth", "1.2"),
        (starting(offer=Offer.percent(0.1, valid=3)), "campaign sale: offer.valid", "3"),
        (starting(days=0), "campaign sale: days", "0"),
        (starting(days=float("nan")), "campaign sale: days", "nan"),
        (starting(phases=("launch", "proof")), "campaign sale: phases", "2"),
        (starting(phases=("dusk",)), "campaign sale: phases", "'dusk'"),
        (starting(content="spam"), "campaign sale: content", "'spam'"),
        (starting(topic="wine"), "campaign sale: topic", "'wine'"),
        (starting(who="everybody"), "campaign sale: who", "'everybody'"),
        (starting(who=Who(source=("moon",))), "campaign sale: who.source", "'moon'"),
        (starting(budget=-1), "campaign sale: budget", "-1"),
        (starting(budget=10.5), "campaign sale: budget", "10.5"),
        (starting(person=[10**6]), "campaign sale: person", "1000000"),
        (starting(colour="red"), "campaign sale: colour", "colour"),
        (starting(days=9), "campaign sale: start", "day 1"),
        (lambda view: Actions.staff(2.7), "staff: agents", "2.7"),  # type: ignore[arg-type]
        (lambda view: Actions.staff(-1), "staff: agents", "-1"),
        (lambda view: Actions.staff(float("nan")), "staff: agents", "nan"),  # type: ignore[arg-type]
        (lambda view: Actions.staff([1] * 23), "staff: agents", "shape (23,)"),
        (lambda view: Actions.staff([1] * 23 + [0.5]), "staff: agents", "0.5"),  # type: ignore[list-item]
        (lambda view: Actions.staff(1, hours=(0.9, 0.2)), "staff: hours", "(0.9, 0.2)"),
        (lambda view: Actions.staff(1, skills=["chat"]), "staff: skills", "['chat']"),  # type: ignore[list-item]
        (lambda view: Actions.staff(9_000) + Actions.staff(9_000), "staff: agents", "18000"),
        (lambda view: Actions.budget("moon", 5.0), "budget: source", "'moon'"),
        (lambda view: Actions.budget("store", -5.0), "budget store: per_day", "-5.0"),
        (lambda view: Actions.budget("store", float("nan")), "budget store: per_day", "nan"),
        (lambda view: Actions.budget("store", "much"), "budget store: per_day", "'much'"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_mistakes_name_strategy_action_and_field(act: Callable[[PublicView], Actions], place: str, got: str) -> None:
    with pytest.raises(AddedError) as caught:
        run(busy(days=3).with_programme("mine", each_day(act)))
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("programme 'mine', day ")
    assert f"): {place}: expected " in text
    assert text.endswith(f", got {got}")


def test_one_strategy_staffs_and_a_name_is_of_one_strategy() -> None:
    two = busy(days=3)
    for act, place in ((lambda view: Actions.staff(1), "staff: agents"), (starting(), "campaign sale: name")):
        both = two.with_programme("a", each_day(act)).with_programme("b", each_day(act))
        with pytest.raises(AddedError, match=rf"^programme 'b', day 0 .*: {place}: .*'a'"):
            run(both)
    for service in (Service(unlimited=True), Service()):
        with pytest.raises(AddedError, match=r"staff: agents: expected none.*, got 1$"):
            run(planned(two, service=service).with_programme("a", each_day(lambda view: Actions.staff(1))))
    taken = planned(two, campaigns={"sale": Campaign(TEN, "direct", on=(date(2026, 1, 2),))})
    with pytest.raises(AddedError, match=r"campaign sale: name: .*got 'sale'$"):
        run(taken.with_programme("a", each_day(starting())))
