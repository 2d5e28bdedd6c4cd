"""Random worlds for tests: every value thrown over its plausible range, every mechanism on.

`seeded_world(7)` is the world of seed 7; `worlds()` is the same for Hypothesis, and shrinks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

from sim import scenario as s
from tests.worlds import PHASES, START

T = TypeVar("T")
RHYTHMS: tuple[Literal["day", "shop_cycle", "own_cycle"] | None, ...] = (
    "day",
    "shop_cycle",
    "own_cycle",
    None,
)


class Dice(Protocol):
    """Where random worlds get their values from."""

    def number(self, low: float, high: float) -> float: ...
    def whole(self, low: int, high: int) -> int: ...
    def one_of(self, options: Sequence[T]) -> T: ...


class GeneratorDice:
    """Dice thrown by a NumPy generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def number(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def one_of(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]


class HypothesisDice:
    """Dice thrown by Hypothesis, so that failing worlds shrink."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def number(self, low: float, high: float) -> float:
        return self.draw(st.floats(low, high))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(list(options)))


@st.composite
def worlds(draw: st.DrawFn, people: int = 30, days: int = 40) -> s.Scenario:
    """Hypothesis strategy: random scenarios of at most about `people` people, with everything on."""
    return random_scenario(HypothesisDice(draw), people, days)


def seeded_world(seed: int, people: int = 200, days: int = 120) -> s.Scenario:
    """The random scenario that belongs to a seed."""
    return random_scenario(GeneratorDice(np.random.default_rng(seed)), people, days)


def random_scenario(dice: Dice, people: int, days: int) -> s.Scenario:
    """A random scenario; about half of `people` are there on day one, the others are added later."""
    start = START + timedelta(days=dice.whole(0, 365))
    sources = ["search", "shop card"][: dice.whole(1, 2)]
    world = random_market(dice, people // 2, people / 2 / days, sources)
    plan = random_strategy(dice, world, start, days)
    seed = dice.whole(0, 2**40)
    return s.Scenario(world, plan, s.Run(start, horizon=days, draws=1, replications=1, seed=seed))


def random_market(dice: Dice, start_with: int, adds_per_day: float, sources: Sequence[str]) -> s.Market:
    """A random market whose sources together add about `adds_per_day` people."""
    return s.Market(
        timezone="Asia/Shanghai",
        start_with=start_with,
        need=_need(dice),
        spend=s.Spend(dice.whole(500, 50_000), dice.number(0.7, 8.0), dice.number(2.1, 8.0)),
        people=s.People(dice.number(0.0, 0.7), dice.number(0.0, 1.0), dice.number(0.0, 1.0), dice.number(0.6, 1.0)),
        lead=s.Lead(dice.number(0.02, 0.5), _log(dice, 0.2, 10.0), dice.number(0.0, 0.3), dice.number(-0.5, 1.5)),
        attention=s.Attention(
            _log(dice, 0.2, 10.0),
            dice.number(0.0, 0.8),
            dice.number(0.5, 5.0),
            dice.number(0.0, 1.5),
            _weights(dice),
        ),
        fatigue=s.Fatigue(
            _log(dice, 1.0, 60.0),
            dice.number(0.0, 1.0),
            _log(dice, 5.0, 120.0),
            dice.number(0.0, 3.0),
            dice.number(0.0, 0.6),
            _weights(dice),
        ),
        optout=s.OptOut(
            _log(dice, 1e-4, 0.03),
            _log(dice, 1e-5, 0.005),
            dice.number(0.0, 0.2),
            dice.number(0.0, 0.8),
            dice.number(0.0, 1.5),
        ),
        trust=_trust(dice),
        offers=_offers(dice),
        service=_service(dice),
        money=s.MoneyMarket("CNY", dice.number(0.1, 0.8), 60_000.0, 1_000.0, 10_000.0, 0.0002),
        media={
            "direct": s.Medium(dice.number(0.4, 1.0), dice.whole(0, 20), dice.number(0.5, 1.5)),
            "moments": s.Medium(dice.number(0.1, 0.6), dice.whole(0, 5), dice.number(0.0, 0.6)),
        },
        sources={name: _source(dice, adds_per_day / len(sources)) for name in sources},
        carriers={"road": s.Carrier(_spread(dice), dice.whole(0, 1500))},
    )


def _need(dice: Dice) -> s.Need:
    cycle = _log(dice, 6.0, 90.0)
    weekday = [dice.number(0.6, 1.4) for _ in range(7)]
    return s.Need(
        order_rate=s.GammaRate(dice.number(0.5, 1.5) / cycle, dice.number(0.4, 4.0)),
        dropout_rate=s.GammaRate(_log(dice, 0.0005, 0.02), dice.number(0.4, 4.0)),
        regularity=dice.one_of([1.0, 1.0, 1.5, 2.0, dice.number(1.0, 6.0)]),
        cycle=cycle,
        ripeness=dice.number(0.0, 1.0),
        week_shock=dice.number(0.0, 0.5),
        season=s.Season(tuple(w / math.fsum(weekday) * 7.0 for w in weekday)),
    )


def _trust(dice: Dice) -> s.Trust:
    return s.Trust(
        half_life=_log(dice, 3.0, 120.0),
        loss_factor=dice.number(0.5, 4.0),
        order_effect=dice.number(0.0, 1.0),
        leave_effect=dice.number(0.0, 1.0),
        care=dice.number(0.0, 0.3),
        reply=dice.number(0.0, 0.4),
        delivery=dice.number(0.0, 0.4),
        resolution=dice.number(0.0, 1.0),
    )


def _offers(dice: Dice) -> s.OfferResponse:
    return s.OfferResponse(
        elasticity=dice.number(0.5, 3.0),
        displacement=dice.number(0.0, 1.0),
        repay_half_life=_log(dice, 1.0, 40.0),
        threshold=s.ThresholdResponse(dice.number(1.0, 4.0), dice.number(0.1, 1.0), dice.number(1.0, 3.0)),
        lottery=s.LotteryResponse(_log(dice, 0.002, 0.2), dice.number(0.0, 1.0)),
        salience={phase: dice.number(0.2, 1.3) for phase in PHASES},
    )


def _service(dice: Dice) -> s.ServiceResponse:
    stop = sorted(dice.number(0.0, 0.6) for _ in range(2))
    refund = sorted(dice.number(0.0, 1.0) for _ in range(2))
    return s.ServiceResponse(
        questions_per_touch=dice.number(0.0, 0.1),
        questions_per_order=dice.number(0.0, 0.6),
        problems_per_order=dice.number(0.0, 0.3),
        problems_per_late_day=dice.number(0.0, 0.2),
        handling=s.Handling(*(_log(dice, 0.002, 0.2) for _ in range(3))),
        reply_half=_log(dice, 0.001, 0.5),
        tolerance=dice.number(0.0, 1.0),
        resolve_half=_log(dice, 0.05, 2.0),
        stop_resolved=stop[0],
        stop_unresolved=stop[1],
        dispute_share=dice.number(0.0, 0.5),
        dispute_stop=dice.number(0.5, 1.0),
        refund_resolved=refund[0],
        refund_unresolved=refund[1],
    )


def _spread(dice: Dice) -> s.TimeSpread:
    median = _log(dice, 0.3, 8.0)
    return s.TimeSpread(median, median / dice.number(1.05, 3.0), median * dice.number(1.05, 4.0))


def _source(dice: Dice, adds_per_day: float) -> s.Source:
    add_rate = dice.number(0.2, 0.9)
    return s.Source(adds_per_day / add_rate, add_rate, dice.whole(0, 100), dice.whole(0, 500))


def _weights(dice: Dice) -> s.ContentWeights:
    return s.ContentWeights(*(dice.number(0.2, 1.8) for _ in range(4)))


def _log(dice: Dice, low: float, high: float) -> float:
    return math.exp(dice.number(math.log(low), math.log(high)))


def random_strategy(dice: Dice, world: s.Market, start: date, days: int) -> s.Strategy:
    """A random strategy: two or three outreach programmes, two campaigns, a desk and a carrier."""
    outreach = {f"note {i}": _outreach(dice, start, days) for i in range(dice.whole(2, 3))}
    campaigns = {f"sale {i}": _campaign(dice, world, start, days) for i in range(2)}
    hours = dice.one_of([(0.0, 1.0), (0.375, 0.875), (dice.number(0.0, 0.4), dice.number(0.5, 1.0))])
    kinds = list(s.TICKET_KINDS)
    named = tuple(kinds.pop(dice.whole(0, len(kinds) - 1)) for _ in range(dice.whole(0, 3)))
    service = s.Service(
        agents=dice.one_of([None, 1, 1, 2]),
        hours=hours,
        parallel_chats=dice.whole(1, 2),
        priority=named,
        goals=s.Goals(dice.one_of([None, 0.01, 0.1]), dice.one_of([None, 0.3, 1.0])),
    )
    return s.Strategy(
        acquisition={name: _acquisition(dice, world.sources[name]) for name in world.sources},
        outreach=outreach,
        campaigns=campaigns,
        service=service,
        delivery=s.Delivery(dice.one_of(["road", "road", None]), dice.one_of([None, _log(dice, 0.5, 8.0)])),
    )


def _acquisition(dice: Dice, source: s.Source) -> s.Acquisition:
    daily = source.exposures * (source.cost_per_exposure + source.add_rate * source.cost_per_add)
    return s.Acquisition(dice.one_of([None, daily * 1.2 + 300.0]), dice.one_of([None, 2]))


def _outreach(dice: Dice, start: date, days: int) -> s.Outreach:
    rhythm = dice.one_of(RHYTHMS)
    value = dice.number(1.0, 20.0) if rhythm == "day" else dice.number(0.3, 2.0)
    on = tuple(sorted({start + timedelta(days=dice.whole(0, days)) for _ in range(4)}))
    return s.Outreach(
        channel=dice.one_of(["direct", "moments"]),
        content=dice.one_of(list(s.CONTENTS)),
        every=None if rhythm is None else s.Rhythm(value, rhythm),
        on=() if rhythm else on,
        who=_who(dice),
        at=dice.one_of([0.0, 0.5, dice.number(0.0, 0.99)]),
        from_=dice.one_of([None, start + timedelta(days=dice.whole(0, 20))]) if rhythm else None,
        until=dice.one_of([None, None, start + timedelta(days=dice.whole(20, days))]),
    )


def _who(dice: Dice) -> s.Who:
    return dice.one_of(
        [
            s.Who(),
            s.Who(),
            s.Who(stage=("lead",)),
            s.Who(stage=("first_buyer", "repeater"), tenure=s.Interval(None, 90.0)),
            s.Who(orders=s.Interval(1.0, 4.0), recency=s.Interval(dice.number(1.0, 10.0), None)),
            s.Who(recency_own_cycles=s.Interval(None, dice.number(0.2, 2.0))),
            s.Who(last_touch=s.Interval(dice.number(0.5, 6.0), None)),
            s.Who(spent=s.Interval(1000.0, None, low_open=True), source=("search",)),
        ]
    )


def _campaign(dice: Dice, world: s.Market, start: date, days: int) -> s.Campaign:
    rhythm = dice.one_of([r for r in RHYTHMS if r != "own_cycle"])
    lasts = float(dice.whole(1, 4))
    value = dice.number(2.0, 30.0) if rhythm == "day" else dice.number(0.3, 2.0)
    on = tuple(sorted({start + timedelta(days=dice.whole(0, days)) for _ in range(3)}))
    return s.Campaign(
        offer=_offer(dice, world.spend.mean),
        channel=dice.one_of(["direct", "moments"]),
        every=None if rhythm is None else s.Rhythm(value, rhythm),
        on=() if rhythm else on,
        who=_who(dice),
        first=dice.one_of([None, start + timedelta(days=dice.whole(0, 10))]) if rhythm else None,
        lasts=lasts,
        phases=dice.one_of([(), PHASES, PHASES[:1]]),
        at=dice.one_of([0.0, 0.5, dice.number(0.0, 0.99)]),
        holdout=dice.one_of([0.0, dice.number(0.0, 0.5)]),
        budget=dice.one_of([None, world.spend.mean * dice.whole(0, 3)]),
    )


def _offer(dice: Dice, mean: int) -> s.Offer:
    generosity = dice.one_of([1.0, dice.number(0.5, 1.5)])
    kind = dice.one_of(["percent", "threshold", "lottery"])
    if kind == "percent":
        return s.Offer("percent", depth=dice.number(0.0, 0.35), generosity=generosity)
    if kind == "threshold":
        spends = sorted({dice.whole(mean // 2 + 1, 3 * mean) for _ in range(dice.whole(1, 3))})
        steps = tuple(s.Step(x, max(1, int(x * dice.number(0.02, 0.3)))) for x in spends)
        return s.Offer("threshold", steps=steps, generosity=generosity)
    prizes = tuple(s.Prize(dice.number(0.0, 0.3), dice.whole(1, max(1, mean // 2))) for _ in range(dice.whole(1, 3)))
    return s.Offer("lottery", prizes=prizes, generosity=generosity)
