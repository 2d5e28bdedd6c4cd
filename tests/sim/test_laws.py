"""Laws that hold in every world: nobody is lost, books balance, nothing switched off leaves a trace."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, reject, settings

from sim import Ledger, run
from sim.day.day_arrays import ACCOUNTS
from sim.draws import Decision, gamma_quantile_table, name_hash, threshold, uniform
from sim.engine import OpenRun, advance, close_run, open_run
from sim.law.waiting import DECIDED
from sim.output.accounts import PEOPLE
from sim.people.first_people import forget_people
from sim.scenario import (
    Acquisition,
    BotResponse,
    Campaign,
    Limits,
    Offer,
    Outreach,
    Patience,
    Prize,
    PurchaseResponse,
    Rhythm,
    Scenario,
    Step,
    Who,
)
from sim.stages import MOVES, OUT, Event, Stage
from sim.state.first_morning import RunOptions
from sim.units import WrongValue
from tests.random_worlds import GeneratorDice, random_strategy, seeded_world, worlds
from tests.worlds import A_PAST_AND_HOURS, changed, scenario

few = settings(max_examples=12, deadline=None, derandomize=True)
Row = tuple[int, int, int, int, float]


def in_worlds(test: Callable[[Scenario], None]) -> Callable[[], None]:
    """Hold a law in twelve random worlds, without those that ask for more orders than a run may have.

    Hypothesis finds such worlds where it sets many numbers to their largest at once, and draws others for them.
    """

    @functools.wraps(test)
    def can_be_simulated(world: Scenario) -> None:
        try:
            test(world)
        except WrongValue:
            reject()

    held: Callable[[], None] = few(given(worlds())(can_be_simulated))
    return held


def simulated(world: Scenario, **options: Any) -> tuple[OpenRun, Ledger]:
    opened = open_run(world, options=RunOptions(**options))
    for day in range(1, world.run.days + 1):
        advance(opened, day)
    return opened, close_run(opened)


def rows_of(ledger: Ledger) -> list[Row]:
    assert ledger.events is not None
    columns = (ledger.events[name].tolist() for name in ("person", "kind", "day", "cents", "instant"))
    return sorted(zip(*columns, strict=True))


# --- people and books ------------------------------------------------------------------------------


@in_worlds
def test_nobody_is_lost_and_moves_are_legal(world: Scenario) -> None:
    opened = open_run(world, options=RunOptions(events=True))
    before = np.array(opened.state.population.column("stage"))
    heads = [before.size]
    for day in range(1, world.run.days + 1):
        advance(opened, day)
        now = np.array(opened.state.population.column("stage"))
        for was, is_ in zip(before.tolist(), now[: before.size].tolist(), strict=True):
            assert is_ == was or Stage(is_) in MOVES[Stage(was)]
        assert set(now[before.size :].tolist()) <= {Stage.LEAD}
        before = now
        heads.append(now.size)
    series = close_run(opened).series
    together = sum(series[name] for name in PEOPLE)
    assert np.array_equal(together, heads[1:])
    assert np.array_equal(np.diff(heads), series["added"])
    assert [int(series[name][-1]) for name in PEOPLE] == np.bincount(before, minlength=6).tolist()


@in_worlds
def test_the_ledger_is_the_sum_of_the_events_every_day(world: Scenario) -> None:
    ledger = simulated(world, events=True)[1]
    s, events = ledger.series, ledger.events
    assert events is not None
    kind, day, cents = (np.asarray(events[name]) for name in ("kind", "day", "cents"))

    def count(*kinds: Event) -> npt.NDArray[np.int64]:
        return np.bincount(day[np.isin(kind, kinds)], minlength=ledger.days)

    def money(*kinds: Event) -> npt.NDArray[np.generic]:
        mine = np.isin(kind, kinds)
        return np.bincount(day[mine], weights=cents[mine], minlength=ledger.days)

    for account, kinds in {
        "added": [Event.ADDED],
        "first_orders": [Event.FIRST_ORDER],
        "orders": [Event.FIRST_ORDER, Event.ORDER],
        "drifts": [Event.DRIFT],
        "channel_optouts": [Event.MUTE],
        "optouts": [Event.DELETE],
        "disputes": [Event.DISPUTE],
        "parcels": [Event.PARCEL],
        "questions": [Event.QUESTION],
        "complaints": [Event.COMPLAINT],
        "resolved": [Event.RESOLVED],
        "abandoned": [Event.ABANDONED],
        "lost_purchases": [Event.LOST_PURCHASE],
        "refunds": [Event.REFUND],
        "chargebacks": [Event.CHARGEBACK],
        "returns": [Event.RETURN],
    }.items():
        assert np.array_equal(s[account], count(*kinds)), account
    assert np.array_equal(s["paid"], money(Event.FIRST_ORDER, Event.ORDER))
    assert np.array_equal(s["refunded"], money(Event.REFUND))
    assert np.array_equal(s["returned"], money(Event.RETURN))
    assert np.array_equal(s["freight_back"], world.market.money.freight_back * s["returns"])
    assert np.array_equal(s["compensation"], money(Event.COMPENSATION))
    assert np.array_equal(s["charged_back"], money(Event.CHARGEBACK))
    assert np.array_equal(s["chargeback_fees"], world.market.money.chargeback_fee * s["chargebacks"])
    assert np.array_equal(s["lost_baskets"], money(Event.LOST_PURCHASE))
    assert np.array_equal(s["list_value"] - s["discount"], s["paid"])
    assert np.all(s["discount"] + s["gifts"] >= s["campaign_discount"])
    costs = (
        "goods", "gifts", "packaging", "parcel_cost", "freight_back", "payment_fees", "platform_fees", "commission",
        "message_cost", "content_cost", "acquisition_cost", "wages", "seats", "software", "bot_cost",
    )  # fmt: skip
    back = s["refunded"] + s["returned"] + s["compensation"] + s["charged_back"]
    left = s["paid"] + s["goods_back"] - back - s["chargeback_fees"] - sum(s[name] for name in costs)
    assert np.array_equal(ledger.contribution(), left)
    assert np.all(np.cumsum(back) <= np.cumsum(s["paid"]))
    assert np.all(np.cumsum(s["goods_back"]) <= np.cumsum(s["goods"]))
    for fee in ("payment_fees", "platform_fees", "commission"):
        assert np.cumsum(s[fee]).min() >= -np.sum(s["returns"] + s["refunds"])  # half a cent each, by rounding


# --- need ------------------------------------------------------------------------------------------


@in_worlds
def test_need_is_accounted_for_every_person_and_day(world: Scenario) -> None:
    """area / lambda = base + extra + released - held - repaid, what was borrowed is repaid, owed or lost, what was
    held back is released, kept or lost; to 1e-9."""
    opened = simulated(world, need=True)[0]
    assert opened.state.books.need is not None
    for day in opened.state.books.need:
        a = {name: day[:, i] for i, name in enumerate(ACCOUNTS)}
        run_down = a["lambda"] * (a["base"] + a["extra"] + a["released"] - a["held"] - a["repaid"])
        assert np.allclose(a["area"], run_down, rtol=1e-9, atol=1e-12)
        owed = a["debt_before"] + a["borrowed"] - a["repaid"]
        assert np.allclose(owed, a["debt_after"] + a["debt_lost"], rtol=1e-9, atol=1e-12)
        kept = a["waiting_before"] + a["held"] - a["released"]
        assert np.allclose(kept, a["waiting_after"] + a["waiting_lost"], rtol=1e-9, atol=1e-12)
        assert min(a[name].min(initial=0.0) for name in ACCOUNTS) >= -1e-12


@in_worlds
def test_order_clocks_run_down_by_the_area_that_is_booked(world: Scenario) -> None:
    """Of people whose purchase waits for an answer the clock stands still, until that is decided or starts again."""
    opened = open_run(world, options=RunOptions(need=True))
    table = gamma_quantile_table(world.market.need.regularity)
    people, books = opened.state.population, opened.state.books
    for day in range(world.run.days):
        size = people.size
        before = {n: np.array(people.column(n)) for n in ("stage", "order_left", "orders", "identity", "asked")}
        advance(opened, day + 1)
        assert books.need is not None
        after, orders, asked = (people.column(name)[:size] for name in ("order_left", "orders", "asked"))
        buyers = (before["orders"] > 0) & (before["stage"] < Stage.DRIFTED)
        # where an order does not come today after all, as its offer ends, `asked` changes to none after the last
        waits = np.isinf(before["order_left"]) | ((asked != before["asked"]) & (asked > orders))
        for i in np.flatnonzero(buyers & waits & np.isfinite(after)):
            again = uniform(world.run.seed, 0, int(before["identity"][i]), Decision.ORDER_AGAIN, int(asked[i]))
            assert after[i] in (DECIDED, threshold(again, table))
        for i in np.flatnonzero(buyers & ~waits):
            drawn = [
                threshold(uniform(world.run.seed, 0, int(before["identity"][i]), Decision.ORDER, n + 1), table)
                for n in range(int(before["orders"][i]) + 1, int(orders[i]) + 1)
            ]
            ran = before["order_left"][i] + sum(drawn) - after[i]
            assert books.need[day][i, ACCOUNTS.index("area")] == pytest.approx(ran, rel=1e-9, abs=1e-9)


# --- the same bits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_pieces_and_blocks_change_nothing(seed: int) -> None:
    world = seeded_world(seed, 100, 40)
    whole = run(world)
    halves = open_run(world)
    for day in (1, 7, 8, world.run.days):
        advance(halves, day)
    assert close_run(halves).fingerprint == whole.fingerprint
    for block in (16, 33):
        other = simulated(world, block=block)[1]
        assert other.fingerprint == whole.fingerprint
        assert all(np.array_equal(other.series[name], whole.series[name]) for name in whole.series)


@pytest.mark.parametrize("seed", range(6))
def test_keeping_accounts_changes_nothing(seed: int) -> None:
    world = seeded_world(seed, 100, 40)
    assert simulated(world, need=True)[1].fingerprint == run(world).fingerprint


def test_two_threads_tell_what_one_tells() -> None:
    """22,000 people, so that several blocks are simulated at once, and all parts in use."""
    often = {"strategy.campaigns.rhythm.every": Rhythm(7.0)}
    world = scenario({"market.start_with": 22_000, **A_PAST_AND_HOURS, **often}, days=16)
    one = run(world, threads=1)
    forget_people()
    two = run(world, threads=2)
    assert one.fingerprint == two.fingerprint
    assert all(np.array_equal(one.series[name], two.series[name]) for name in one.series)
    used = ("returns", "goods_back", "commission", "unsent", "channel_optouts", "held_need", "released_need", "dormant")
    assert min(int(one.series[name].sum()) for name in used) > 0
    assert run(world, replication=1).fingerprint != one.fingerprint


QUIET = Outreach("direct", "value", every=Rhythm(3.0), at=0.5)
SILENT = {
    "market.optout.per_message": 0.0,
    "market.attention.weight.value": 0.0,
    "market.fatigue.weight.value": 0.0,
    "market.service.questions_per_touch": 0.0,
    "market.trust.value": 0.0,
    "strategy.limits": Limits(),
}
LOTTERY = Campaign(
    Offer("lottery", prizes=(Prize(0.0, 100),)), "direct", every=Rhythm(7.0), lasts=3.0, phases=("launch",)
)
UNHEARD = {
    **SILENT,
    "market.attention.weight.offer": 0.0,
    "market.fatigue.weight.offer": 0.0,
    "market.trust.promotion": 0.0,
    "market.offers.waiting": 0.0,
}
NO_TRUST = dict.fromkeys(
    (
        "market.trust.order_effect",
        "market.trust.leave_effect",
        "market.trust.spend_effect",
        "market.lead.trust_gate",
    ),
    0.0,
)
OFF: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "messages that nobody minds": (SILENT, {"strategy.outreach.quiet": QUIET}),
    "a campaign that gives nothing": (UNHEARD, {"strategy.campaigns.empty": LOTTERY}),
    "attention": (
        {"market.attention.max_lift": 0.0, "market.attention.remembered": 0.0},
        {"market.attention.half_life": 9.0, "market.attention.saturation": 1.3},
    ),
    "fatigue": (
        {"market.fatigue.order_effect": 0.0, "market.optout.fatigue_slope": 0.0, "market.trust.promotion": 0.0},
        {"market.fatigue.half_life": 40.0, "market.fatigue.tolerance": 0.0},
    ),
    "trust": (
        NO_TRUST,
        {"market.trust.care": 0.3, "market.trust.reply": 0.4, "market.trust.half_life": 3.0},
    ),
    "displacement": (
        {"market.offers.displacement": 0.0, "market.offers.waiting": 0.0},
        {"market.offers.repay_half_life": 2.0},
    ),
    "ripeness": (
        {"market.need.ripeness": 0.0, "market.fatigue.cycle_exponent": 0.0, "market.offers.waiting": 0.0},
        {"market.need.cycle": 80.0},
    ),
    "late parcels": (
        {"market.service.problems_per_late_day": 0.0, "market.trust.delivery": 0.0, "market.delivery.days_effect": 0.0},
        {"strategy.delivery.promise": 0.5, "market.delivery.usual": 9.0, "market.delivery.learning": 0.1},
    ),
    "a promise that is always kept": ({"strategy.delivery.promise": 1000.0}, {"market.delivery.learning": 0.1}),
    "an automatic reply": ({"market.service.auto_reply_weight": 1.0}, {"strategy.service.auto_reply": True}),
    "a bot that answers nothing and annoys nobody": (
        {"market.service.bot": BotResponse(0.0, 0.5, 0.0), "market.money.bot": 0.0, "market.money.bot_question": 0},
        {"strategy.service.bot": True},
    ),
    "purchases that nobody asks about": (
        {"market.service.questions_per_purchase": 0.0},
        {"market.service.purchase": PurchaseResponse(0.0, 0.001, 3.0)},
    ),
    "nobody gives up": (
        {"market.service.patience": Patience(1e4, 1e4, 1e4), "strategy.service.agents": 4},
        {"market.service.patience": Patience(2e4, 1e4, 1e4)},
    ),
    "waiting": ({"market.offers.waiting": 0.0}, {"market.offers.horizon": 9.0}),
    "remembered discounts": (
        {"market.offers.reference": 0.0, "market.offers.habituation": 0.0},
        {"market.offers.reference_memory": 0.1, "market.offers.loss_aversion": 9.0},
    ),
    "interactions": (
        {"market.engagement.rate": 0.0, "strategy.outreach": {}},
        {"market.engagement.fading": 1.0, "market.engagement.silent_reach": 0.0},
    ),
    "false claims": ({"market.offers.detection": 0.0}, {"market.trust.honesty": 3.0}),
    "preparation": ({"market.offers.unready": 0.0}, {"strategy.campaigns.rhythm.prepare": 0.5}),
    "campaigns of different quality": ({"market.offers.campaign_spread": 0.0}, {"market.offers.joint_design": 3.0}),
    "learning and motives": (
        {"market.lead.learning": 0.0, "market.people.benefit_seekers": 0.0},
        {"market.people.seeker_orders": 0.1, "market.people.seeker_price": 9.0},
    ),
    "a welcome without effect": (
        dict.fromkeys(("market.lead.welcome_trust", "market.lead.push_trust", "market.lead.push_lift"), 0.0)
        | {"market.lead.push_optout": 0.0},
        {"strategy.welcome.push": 1.0},
    ),
    "topics that nobody minds": (
        dict.fromkeys(
            (
                "market.attention.relevant",
                "market.attention.irrelevant",
                "market.fatigue.irrelevant",
                "market.optout.irrelevant",
            ),
            1.0,
        ),
        {"market.people.tag_accuracy": 0.2, "strategy.outreach.news.topic": "books"},
    ),
    "early days": ({"market.trust.early": 1.0}, {"market.trust.early_days": 5}),
    "limits that do not bind": (
        {"strategy.limits": Limits()},
        {"strategy.limits": Limits(touches_per_day=99, touches_per_30d=999, discount_budget=1e12)},
    ),
    "stretching": ({"market.offers.threshold.stretch": 1.0}, {"market.offers.threshold.at": 2.2}),
    "lottery tickets": ({}, {"market.offers.lottery.crossover": 0.2}),
    "no complaints": (
        {"market.service.problems_per_order": 0.0, "market.service.problems_per_late_day": 0.0},
        {
            "market.service.stop.base": 2.0,
            "market.service.dispute_share": 0.9,
            "market.service.open_complaint": 3.0,
        },
    ),
    "no policy on complaints": (
        {},
        {
            "market.service.compensation.effect": 2.0,
            "market.service.apology": 1.0,
            "market.service.status_updates": 1.0,
            "market.service.apology_time": 1.0,
            "market.service.opportunism": 0.9,
            "market.service.escalated": 5.0,
        },
    ),
    "nobody sends anything back": (
        {"market.returns.share": 0.0},
        {"market.returns.days": 40.0, "market.returns.resold": 0.1, "market.money.freight_back": 9_000},
    ),
    "disputes that are none": (
        {"market.service.dispute_share": 0.0},
        {
            "market.service.dispute_stop": 0.9,
            "market.service.dispute_price": 0.0,
            "market.service.chargeback": 1.0,
        },
    ),
}


UNSEEN = {"no policy on complaints", "stretching", "lottery tickets", "limits that do not bind"}


@pytest.mark.parametrize("name", OFF)
def test_a_mechanism_at_zero_effect_changes_no_bit(name: str) -> None:
    zero, varied = OFF[name]
    off = changed(scenario(), zero)
    assert run(changed(off, varied)).fingerprint == run(off).fingerprint


@pytest.mark.parametrize("name", sorted(set(OFF) - UNSEEN))
def test_the_same_change_shows_when_the_mechanism_is_on(name: str) -> None:
    varied = OFF[name][1]
    if name == "a campaign that gives nothing":
        varied = {"strategy.campaigns.empty": replace(LOTTERY, offer=Offer("percent", depth=0.2))}
    assert run(changed(scenario(), varied)).fingerprint != unchanged()


@functools.cache
def unchanged() -> str:
    return run(scenario()).fingerprint


# --- the same life in two arms ---------------------------------------------------------------------


def uncoupled(world: Scenario) -> Scenario:
    """The world without what lets one person's life touch another's: desk, budgets, stocks, the shop's own medians."""
    outreach = {
        name: replace(
            o,
            every=Rhythm(9.0) if o.every and o.every.of == "shop_cycle" else o.every,
            offer=alone(o.offer),
            who=replace(o.who, rfm=()),
        )
        for name, o in world.strategy.outreach.items()
    }
    campaigns = {
        name: replace(
            c,
            budget=None,
            offer=alone(c.offer),
            every=Rhythm(11.0) if c.every else None,
            lasts=2.0,
            phases=(),
            content=(),
            who=replace(c.who, rfm=()),
        )
        for name, c in world.strategy.campaigns.items()
    }
    acquisition = {name: replace(a, hook=alone(a.hook)) for name, a in world.strategy.acquisition.items()}
    welcome = world.strategy.welcome
    return changed(
        world,
        {
            "strategy.outreach": outreach,
            "strategy.campaigns": campaigns,
            "strategy.acquisition": acquisition,
            "strategy.welcome": welcome and replace(welcome, offer=alone(welcome.offer)),
            "strategy.limits.discount_budget": None,
            "strategy.service.agents": None,
            "strategy.service.shifts": (),
        },
    )


def alone(offer: Offer | None) -> Offer | None:
    """An offer that one person's order cannot take away from another."""
    if offer is None or offer.format == "flash":
        return offer and replace(offer, stock=10**9, budget=None)
    return replace(offer, stock=None, budget=None)


@in_worlds
def test_people_whom_two_arms_treat_alike_live_the_same_life(world: Scenario) -> None:
    """One arm also writes to people from one source; nobody else's events change, to the bit."""
    plain = uncoupled(world)
    loud = Outreach("direct", "offer", every=Rhythm(2.0), who=Who(source=("search",)), at=0.3)
    ours = rows_of(run(plain, events=True))
    theirs = rows_of(run(changed(plain, {"strategy.outreach.loud": loud}), events=True))
    start = {int(p) for p in open_run(plain).state.population.column("identity")}
    assert [row for row in ours if row[0] in start] == [row for row in theirs if row[0] in start]


@pytest.mark.parametrize("seed", range(6))
def test_those_held_out_of_a_campaign_live_as_if_there_were_none(seed: int) -> None:
    plain = uncoupled(seeded_world(seed, 100, 60))
    extra = Campaign(
        Offer("percent", depth=0.3), "direct", every=Rhythm(5.0), lasts=2.0, phases=("launch",), holdout=0.5
    )
    tried = changed(plain, {"strategy.campaigns.extra": extra})
    ours, theirs = rows_of(run(plain, events=True)), rows_of(run(tried, events=True))
    mark = name_hash("extra") % 2**32
    people = {row[0] for row in ours} | {row[0] for row in theirs}
    held = {p for p in people if uniform(plain.run.seed, 0, p, Decision.HOLDOUT, mark) < 0.5}
    assert 20 < len(held) < len(people)
    assert [row for row in ours if row[0] in held] == [row for row in theirs if row[0] in held]
    assert ours != theirs


# --- money has limits ------------------------------------------------------------------------------


@in_worlds
def test_budgets_and_caps_are_never_exceeded(world: Scenario) -> None:
    name = "sale 0"
    plan = replace(world.strategy.campaigns[name], budget=world.market.spend.mean, every=Rhythm(9.0), on=())
    buying = {"search": Acquisition(budget=400.0, daily_cap=2)}
    strategy = replace(world.strategy, campaigns={name: plan}, acquisition=buying)
    series = run(replace(world, strategy=strategy)).series
    starts = np.append(np.flatnonzero(series["campaigns"]), world.run.days)
    for first, following in pairwise(starts):
        assert series["campaign_discount"][first:following].sum() <= world.market.spend.mean
    assert series["acquisition_cost"].max() <= 400
    assert series["added"].max() <= 2


@in_worlds
def test_stocks_and_the_shops_budget_are_never_exceeded(world: Scenario) -> None:
    campaigns = {
        name: replace(plan, offer=replace(plan.offer, stock=2), every=Rhythm(9.0), on=(), lasts=3.0, phases=())
        for name, plan in world.strategy.campaigns.items()
    }
    limits = replace(world.strategy.limits, discount_budget=world.market.spend.mean / 60)
    series = run(changed(world, {"strategy.campaigns": campaigns, "strategy.limits": limits})).series
    for first in range(0, world.run.days, 30):
        given_away = series["discount"] + series["gifts"]
        assert given_away[first : first + 30].sum() <= world.market.spend.mean / 2 + 1
    starts = np.append(np.flatnonzero(series["campaigns"]), world.run.days)
    for first, following in pairwise(starts):
        assert series["campaign_orders"][first:following].sum() <= 2 * len(campaigns)


@in_worlds
def test_nobody_is_sent_more_than_the_limits_allow(world: Scenario) -> None:
    limits = Limits(touches_per_day=1, touches_per_30d=4, contact_gap=3)
    opened = open_run(changed(world, {"strategy.limits": limits}))
    people, before = opened.state.population, np.zeros(0, dtype=np.int64)
    at_window, last = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    for day in range(world.run.days):
        size = people.size
        before, at_window, last = (
            np.append(x, np.zeros(size - x.size, dtype=np.int64)) for x in (before, at_window, last)
        )
        at_window = before.copy() if day % 30 == 0 else at_window
        advance(opened, day + 1)
        now = people.column("touches")[:size].astype(np.int64)
        assert np.all(now - before <= 1)
        assert np.all(now - at_window <= 4)
        touched = now > before
        assert np.all((before[touched] == 0) | (day - last[touched] >= 3))
        last[touched], before = day, now


@in_worlds
def test_leaving_a_channel_is_final(world: Scenario) -> None:
    """After it has left a channel nobody's clock of that channel moves, however much is sent there."""
    opened = open_run(changed(world, {"market.optout.per_message": 0.2}))
    people = opened.state.population
    for day in range(world.run.days):
        left = people.people.closing_left[:, : people.size] <= 0.0
        clocks = people.people.closing_left[:, : people.size][left].copy()
        advance(opened, day + 1)
        assert np.array_equal(people.people.closing_left[:, : left.shape[1]][left], clocks)


def test_budgets_do_bind() -> None:
    tight = scenario({"strategy.campaigns.rhythm.budget": 3000})
    free = scenario({"strategy.campaigns.rhythm.budget": None})
    assert 0 < run(tight).series["discount"].sum() < run(free).series["discount"].sum()


# --- a lower price never lowers today's need -------------------------------------------------------


def offers(generosity: float) -> list[Offer]:
    return [
        Offer("percent", depth=0.2, generosity=generosity),
        Offer("threshold", steps=(Step(9000, 900), Step(20000, 3000)), generosity=generosity),
        Offer("lottery", prizes=(Prize(0.1, 5000), Prize(0.01, 20000)), generosity=generosity),
        Offer("amount", off=1500, generosity=generosity),
        Offer("gift", cost=1500, fit=0.9, generosity=generosity),
        Offer("flash", depth=0.2, stock=1000, generosity=generosity),
        Offer("trial", price=990, value=3000, generosity=generosity),
        Offer("prebook", off=1500, ships_after=5.0, generosity=generosity),
    ]


def area_on_first_day(offer: Offer, day: int) -> npt.NDArray[np.float64]:
    sale = Campaign(offer, "direct", every=Rhythm(30.0), first=scenario().run.start, phases=("launch",))
    world = scenario({"strategy.campaigns": {"sale": replace(sale, at=0.5)}}, days=20)
    world = changed(world, {"strategy.campaigns.sale.first": world.run.start.replace(day=1 + day)})
    opened = simulated(world, need=True)[0]
    assert opened.state.books.need is not None
    area: npt.NDArray[np.float64] = opened.state.books.need[day][:, ACCOUNTS.index("area")]
    return area


@pytest.mark.parametrize("which", range(8), ids=[offer.format for offer in offers(1.0)])
def test_at_fixed_stocks_a_lower_price_never_lowers_todays_area(which: int) -> None:
    """Up to the campaign's first day the arms are one; on it, everybody's area grows with generosity."""
    areas = [area_on_first_day(offers(g)[which], 15) for g in (0.0, 0.5, 1.0, 1.5, 2.5)]
    for dearer, cheaper in pairwise(areas):
        assert np.all(cheaper >= dearer)
    assert np.any(areas[-1] > areas[0])


@pytest.mark.parametrize("stacks", [False, True])
def test_a_better_coupon_on_a_campaigns_day_never_lowers_todays_area(stacks: bool) -> None:
    """Whichever of the two prices acts, what people kept for the campaign comes out."""
    start = scenario().run.start
    sale = Campaign(Offer("percent", depth=0.15, stacks=stacks), "direct", every=Rhythm(10.0), lasts=3.0)
    areas = []
    for depth in (0.0, 0.02, 0.10, 0.16, 0.3):
        letter = Outreach("direct", "offer", on=(start.replace(day=31),),
                          offer=Offer("percent", depth=depth, valid=9.0, stacks=stacks))  # fmt: skip
        plan = {
            "strategy.campaigns": {"sale": sale},
            "strategy.outreach": {"letter": letter},
            "strategy.limits": Limits(),
        }
        world = scenario({**plan, "market.offers.waiting": 0.5, "market.offers.horizon": 9.0}, days=31)
        opened = simulated(world, need=True)[0]
        assert opened.state.books.need is not None
        areas.append(opened.state.books.need[30][:, ACCOUNTS.index("area")])
    for dearer, cheaper in pairwise(areas):
        assert np.all(cheaper >= dearer)
    assert areas[-1].sum() > areas[0].sum()


def test_random_strategies_differ() -> None:
    """The generator of worlds is worth its name: two strategies for one market give two histories."""
    world = seeded_world(1, 60, 40)
    plans = [
        random_strategy(GeneratorDice(np.random.default_rng(i)), world.market, world.run.start, 40) for i in (1, 2)
    ]
    prints = {run(replace(world, strategy=plan)).fingerprint for plan in plans}
    assert len(prints) == 2


def test_nobody_who_is_out_has_a_day() -> None:
    opened, ledger = simulated(scenario(days=90), events=True)
    out = np.asarray(opened.state.population.column("stage")) >= OUT
    gone = {int(p) for p in np.asarray(opened.state.population.column("identity"))[out]}
    left: dict[int, int] = {}
    for person, kind, day, _, _ in sorted(rows_of(ledger), key=lambda row: row[2]):
        if kind in (Event.DELETE, Event.DISPUTE):
            left[person] = day
        elif kind in (Event.ORDER, Event.FIRST_ORDER, Event.DRIFT, Event.QUESTION, Event.COMPLAINT):
            assert day <= left.get(person, day)
    assert set(left) == gone
    assert len(gone) > 5
