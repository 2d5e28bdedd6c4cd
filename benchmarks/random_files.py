"""Scenario files with random strategies in markets of the prior, and extreme ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from numbers import Integral
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np

from scenarios import InputError, Question, belief_table, load, resolved_toml, with_values
from sim.scenario import Campaign, Delivery, Offer, Outreach, Rhythm, RunSettings, Scenario, Service, Strategy
from sim.scenario.offer import DEEPEST, fault
from sim.units import Unit
from tests.dice import Dice, GeneratorDice, log_number
from tests.random_complaints import with_complaints
from tests.random_strategies import random_strategy

T = TypeVar("T")
PEOPLE, DAYS = 60, 45
EXTREME = 0.12
"""Chance of a number to be drawn over the whole range of its unit."""
TRIES = 12
"""Attempts at a strategy, each with fewer extreme numbers, until the loader takes one."""
START = date(2026, 1, 1)


@dataclass(frozen=True)
class Case:
    """A strategy in a market, as the text of a scenario file."""

    name: str
    text: str


def random_markets(question: Question, seed: int, count: int) -> list[dict[str, float]]:
    """Every uncertain number of so many markets by its path: drawn from its belief, or in every other at one end."""
    drawn = belief_table(question, max(count, 2))
    markets = []
    for number in range(count):
        dice = GeneratorDice(np.random.default_rng((seed, number)))
        ends = {path: dice.one_of((belief.p5, belief.p95)) for path, belief in sorted(question.beliefs.items())}
        markets.append(ends if number % 2 else {path: float(drawn[path][number]) for path in ends})
    return markets


def extreme_strategy(dice: Dice, base: Scenario, days: int, chance: float) -> Strategy:
    """A random strategy for this market, each number extreme with this chance."""
    market = base.market
    plan = random_strategy(dice, market, START, days)
    _, plan = with_complaints(dice, market, plan)
    promise = dice.one_of([None, 4.0])
    carrier = None if promise is None and dice.one_of([False, True]) else dice.one_of(sorted(market.carriers))
    hours = replace(plan.limits, quiet=None)
    plan = replace(plan, outreach=_named(plan.outreach), campaigns=_named(plan.campaigns))
    plan = replace(plan, delivery=Delivery(carrier, promise), limits=hours, service=_staffed(plan.service))
    return mended(with_extremes(dice, plan, chance))


def mended(plan: Strategy) -> Strategy:
    """The strategy without the contradictions that a file is most often refused for."""
    welcome = plan.welcome and replace(plan.welcome, offer=_mended_offer(plan.welcome.offer))
    return replace(
        plan,
        welcome=welcome,
        acquisition={n: replace(one, hook=_mended_offer(one.hook)) for n, one in plan.acquisition.items()},
        outreach={name: _mended_outreach(one) for name, one in plan.outreach.items()},
        campaigns={name: _mended_campaign(one) for name, one in plan.campaigns.items()},
    )


def _mended_outreach(plan: Outreach) -> Outreach:
    who = replace(plan.who, source=())
    if plan.offer is None:
        return replace(plan, who=who)
    return replace(plan, who=who, offer=_mended_offer(plan.offer), content="offer", mix={})


def _mended_campaign(plan: Campaign) -> Campaign:
    fixed = plan.every is not None and plan.every.of == "day"
    lasts = min(plan.lasts, plan.every.value) if plan.every is not None and fixed else plan.lasts
    phases = plan.phases[: math.ceil(lasts)]
    offer = _mended_offer(plan.offer) or plan.offer
    who = replace(plan.who, source=())
    return replace(plan, who=who, lasts=lasts, phases=phases, content=plan.content[: max(len(phases), 1)], offer=offer)


def _mended_offer(offer: Offer | None) -> Offer | None:
    if offer is None:
        return None
    offs = np.maximum.accumulate([min(step.off, step.spend) for step in offer.steps]) if offer.steps else ()
    steps = tuple(replace(step, off=int(off)) for step, off in zip(offer.steps, offs, strict=True))
    chances = max(1.0, sum(prize.chance for prize in offer.prizes))
    prizes = tuple(replace(prize, chance=prize.chance / chances) for prize in offer.prizes)
    price = None if offer.price is None else min(offer.price, offer.value or 0)
    stacks, stock = offer.stacks and not offer.terms.stands_alone, offer.stock and max(offer.stock, 1)
    held: dict[str, Any] = {"steps": steps, "prizes": prizes, "price": price, "stacks": stacks, "stock": stock or None}
    whole = replace(offer, **held)
    return whole if fault(whole) is None else replace(Offer.percent(DEEPEST), valid=whole.valid)


def _named(programmes: Mapping[str, T]) -> dict[str, T]:
    """Programmes under names that a file may have."""
    return {name.replace(" ", "_"): programme for name, programme in programmes.items()}


def _staffed(service: Service) -> Service:
    """A file says `unlimited` where there is no staff; a staff in shifts has no other hours, and takes all tickets."""
    service = replace(service, first=service.first and replace(service.first, source=()))
    if not service.staff:
        return Service(unlimited=True)
    if not service.shifts:
        return service
    first, *others = service.shifts
    return replace(service, hours=(0.0, 1.0), shifts=(replace(first, skills=()), *others))


def with_extremes(dice: Dice, value: T, chance: float) -> T:
    """The dataclass with some of its numbers, and of those in it, drawn over the whole range of their units."""
    if isinstance(value, Mapping):
        return type(value)({key: with_extremes(dice, held, chance) for key, held in value.items()})  # type: ignore[call-arg]
    if isinstance(value, tuple):
        return tuple(with_extremes(dice, held, chance) for held in value)  # type: ignore[return-value]
    if isinstance(value, Rhythm):
        return replace(value, value=1.0) if dice.number(0.0, 1.0) < chance else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    hints = get_type_hints(type(value), include_extras=True)
    changes = {}
    for field in fields(value):
        held = getattr(value, field.name)
        unit = _unit(hints[field.name])
        if isinstance(held, int | float) and not isinstance(held, bool) and unit is not None:
            if dice.number(0.0, 1.0) < chance:
                changes[field.name] = _drawn_over_range(dice, unit, isinstance(held, Integral))
        else:
            changes[field.name] = with_extremes(dice, held, chance)
    return replace(value, **changes)


def _unit(hint: Any) -> Unit | None:
    return next((mark for mark in get_args(hint) if isinstance(mark, Unit)), None)


def _drawn_over_range(dice: Dice, unit: Unit, whole: bool) -> float:
    least, most = max(unit.low, -1e6), min(unit.high, 1e13)
    between = log_number(dice, max(least, 1e-3), most) if most > 1e-3 else most
    number = dice.one_of([least, most, between, between])
    return round(number) if whole else number


def cases(seed: int, strategies: int, markets: int, folder: Path) -> Iterator[tuple[Case, int]]:
    """So many strategies that the loader takes, and how many attempts it refused before each."""
    question = load("library:shop")
    base = next(iter(question.arms.values()))
    numbers = random_markets(question, seed, markets)
    for number in range(strategies):
        dice = GeneratorDice(np.random.default_rng((seed, number, 1)))
        settings = RunSettings(START, horizon=DAYS, draws=1, replications=1, seed=number + 1)
        scene = with_values(replace(base, run=settings), numbers[number % markets] | {"market.start_with": PEOPLE})
        for refused in range(TRIES):
            chance = EXTREME * (1.0 - refused / (TRIES - 1))
            plan = extreme_strategy(dice, scene, DAYS, chance)
            text = file_text(replace(scene, strategy=plan), question)
            if readable(text, folder):
                yield Case(f"strategy {number}, market {number % markets}", text), refused
                break
        else:
            raise RuntimeError(f"the loader refused every attempt at strategy {number}")


def file_text(scene: Scenario, question: Question) -> str:
    """The scenario as a file without uncertainty."""
    return resolved_toml(scene, replace(question, beliefs={}, arms={"base": scene}))


def readable(text: str, folder: Path) -> bool:
    """Whether the loader takes the text; what it refuses, it refuses in one line."""
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path)
    except InputError as error:
        if "\n" in str(error):
            raise RuntimeError(f"a message of several lines: {error}") from error
        return False
    return True


def extremes() -> Iterator[Case]:
    """Nobody and one person, nothing switched on, campaigns of 90 % every day, and 20 years."""
    question = load("library:shop")
    base = next(iter(question.arms.values()))
    short = replace(base.run, warm_up=0, horizon=120, cool_down=0, draws=1, replications=1)
    quiet = Strategy(service=Service(unlimited=True))
    nothing = dict.fromkeys(("market.need.ripeness", "market.attention.max_lift", "market.trust.order_effect"), 0.0)
    deep = with_values(base, {"strategy.campaigns.rhythm.offer.depth": 0.9, "strategy.campaigns.rhythm.holdout": 0.0})
    daily = {"strategy.campaigns.rhythm.every": Rhythm(3.0), "strategy.campaigns.rhythm.lasts": 3.0}
    steep, dear = with_values(deep, daily), {"market.offers.elasticity": 4.0, "market.need.order_rate.mean": 12.0 / 365}
    few, long = {"market.start_with": 300}, replace(short, horizon=7300)
    closed = replace(base, strategy=replace(base.strategy, acquisition={}))
    for name, scene in (
        ("nobody at all", replace(base, strategy=quiet, run=short)),
        ("nobody at first", replace(base, run=short)),
        ("one person", with_values(replace(base, run=short), {"market.start_with": 1})),
        ("nothing switched on", with_values(replace(base, strategy=quiet, run=short), few | nothing)),
        ("90 % off every day", with_values(replace(steep, run=replace(short, horizon=30)), few)),
        ("90 % off every day at the corner", with_values(replace(steep, run=replace(short, horizon=30)), few | dear)),
        ("20 years", with_values(replace(closed, run=long), few)),
    ):
        yield Case(name, file_text(scene, question))
