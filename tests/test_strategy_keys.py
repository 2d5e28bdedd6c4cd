"""Every key of a strategy changes what happens: an account of a small run differs on some day.

The keys are those of the classes that files are read into, so that a new key fails here until somebody shows
what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from scenarios import InputError, load
from sim import run
from sim.offers.lotteries import Prize
from sim.offers.shipped_formats import SHIPPED
from sim.offers.thresholds import Step
from sim.scenario import (
    Acquisition,
    After,
    Campaign,
    Compensation,
    Delivery,
    Goals,
    Limits,
    Outreach,
    Range,
    Rhythm,
    Scenario,
    Service,
    Shift,
    Strategy,
    Welcome,
    Who,
)
from sim.scenario.offer import COMMON_KEYS

Books = Mapping[str, npt.NDArray[np.int64]]

WORLD = """
extends = "library:shop"

[market]
start_with = 160

[market.start]
history = "150 d"

[market.need.order_rate]
mean = "20 per 365 d"

[market.people.interests]
sport = "50 %"

[market.sources.store_orders]
exposures = "30 per d"
handling  = "3 min"

[market.media.direct]
limit_per_30d = 30
limit_per_day = 3

[market.service]
questions_per_touch   = "8 %"
problems_per_order    = "25 %"
problems_per_late_day = "20 %"

[strategy.campaigns.rhythm]
every   = "12 d"
first   = 2026-01-06
holdout = "0 %"

[strategy.service]
agents = 1
hours  = "10:00-16:00"

[run]
horizon   = "36 d"
cool_down = "0 d"
"""
CARE, SALE, DESK = "strategy.outreach.care", "strategy.campaigns.rhythm", "strategy.service"
MAIL, HOOK, OFFER = "strategy.outreach.mail", "strategy.acquisition.store_orders.hook", f"{SALE}.offer"
PLAIN = f'{MAIL}.every = "6 d"\n{MAIL}.channel = "direct"\n{MAIL}.content = "offer"'
WAITS = f'{MAIL}.after = {{ event = "order", wait = "2 d" }}\n{MAIL}.channel = "direct"\n{MAIL}.content = "offer"'
WRITTEN = f'{PLAIN}\n{MAIL}.style = "personal"'
SHIFT = f"{DESK}.shifts = [{{ agents = 2, hours = '10:00-16:00' }}]"
TWO = SHIFT.replace("}]", "}, { agents = 1, hours = '10:00-16:00' }]")
SOME = "strategy.campaigns.dates"
DATES = (
    f"{SALE}.off = true\n{SOME}.on = [2026-01-10, 2026-01-25]\n{SOME}.lasts = '3 d'\n{SOME}.channel = 'direct'\n"
    f'{SOME}.offer = {{ format = "percent", depth = "15 %" }}'
)
PAID = f'{DESK}.compensation = {{ kind = "money", share = "10 %" }}'


def offer(text: str) -> str:
    return f"{OFFER} = {{ {text} }}"


GIFT = offer('format = "gift", cost = "9 CNY", fit = "70 %"')
STEPS = offer(
    'format = "threshold", steps = [{ spend = "100 CNY", off = "20 CNY" }, { spend = "200 CNY", off = "47 CNY" }]'
)
PRIZES = offer('format = "lottery", prizes = [{ chance = "60 %", off = "29 CNY" }, { chance = "4 %", off = "55 CNY" }]')


def trial(price: str, value: str) -> str:
    terms = f'price = "{price} CNY", value = "{value} CNY"'
    return f'{HOOK} = {{ format = "trial", {terms}, valid = "9 d", first_order_only = true }}'


def coupon(more: str = "") -> str:
    """A programme with a coupon."""
    return f'{PLAIN}\n{MAIL}.offer = {{ format = "amount", off = "20 CNY", valid = "9 d"{more} }}'


def who(text: str) -> tuple[str, str]:
    """A programme for all, and for those who meet a condition."""
    return PLAIN, f"{PLAIN}\n{MAIL}.who = {{ {text} }}"


def shift(text: str) -> tuple[str, str]:
    return SHIFT, f"{DESK}.shifts = [{{ agents = 2, hours = '10:00-16:00', {text} }}]"


KEYS: Mapping[str, tuple[str, str]] = {
    # acquisition, welcome
    "Strategy.acquisition": ("", "strategy.acquisition.store_orders.off = true"),
    "Acquisition.budget": ("", 'strategy.acquisition.store_orders.budget = "15 CNY per d"'),
    "Acquisition.daily_cap": ("", "strategy.acquisition.store_orders.daily_cap = 2"),
    "Acquisition.hook": ("", f'{HOOK} = {{ format = "amount", off = "10 CNY", valid = "9 d" }}'),
    "Strategy.welcome": ("", 'strategy.welcome.push = "50 %"'),
    "Welcome.push": ("", 'strategy.welcome.push = "90 %"'),
    "Welcome.offer": ("", 'strategy.welcome.offer = { format = "amount", off = "10 CNY", valid = "9 d" }'),
    # outreach
    "Strategy.outreach": ("", f"{CARE}.off = true"),
    "Outreach.channel": (PLAIN, f'{PLAIN}\n{MAIL}.channel = "sms"'),
    "Outreach.content": (PLAIN, f'{PLAIN}\n{MAIL}.content = "value"'),
    "Outreach.mix": (PLAIN, PLAIN.replace('content = "offer"', 'mix = { value = "50 %", offer = "50 %" }')),
    "Outreach.every": (PLAIN, f'{PLAIN}\n{MAIL}.every = "9 d"'),
    "Outreach.on": (PLAIN, PLAIN.replace('every = "6 d"', "on = [2026-01-05, 2026-01-20]")),
    "Outreach.after": (PLAIN, WAITS),
    "Outreach.who": who('stage = "lead"'),
    "Outreach.at": (PLAIN, f'{PLAIN}\n{MAIL}.at = "20:30"'),
    "Outreach.from_": (PLAIN, f"{PLAIN}\n{MAIL}.from = 2026-01-20"),
    "Outreach.until": (PLAIN, f"{PLAIN}\n{MAIL}.until = 2026-01-20"),
    "Outreach.items": (PLAIN, f"{PLAIN}\n{MAIL}.items = 4"),
    "Outreach.style": (PLAIN, f'{PLAIN}\n{MAIL}.style = "personal"'),
    "Outreach.topic": (PLAIN, f'{PLAIN}\n{MAIL}.topic = "sport"'),
    "Outreach.testimony": (PLAIN, f"{PLAIN}\n{MAIL}.testimony = true"),
    "Outreach.offer": (PLAIN, coupon()),
    "Outreach.holdout": (PLAIN, f'{PLAIN}\n{MAIL}.holdout = "40 %"'),
    "After.event": (WAITS, WAITS.replace('"order"', '"first_order"')),
    "After.wait": (WAITS, WAITS.replace("2 d", "3 d")),
    "Rhythm.value": (PLAIN, f'{PLAIN}\n{MAIL}.every = "7 d"'),
    "Rhythm.of": (f'{PLAIN}\n{MAIL}.every = "0.3 shop cycles"', f'{PLAIN}\n{MAIL}.every = "0.3 own cycles"'),
    # conditions
    "Who.stage": who('stage = "repeater"'),
    "Who.source": who('source = "store_orders"'),
    "Who.engaged": who('engaged = "silent"'),
    "Who.tier": who('tier = "high_value"'),
    "Who.rfm": who('rfm = "important_value"'),
    "Who.tag": who('tag = "sport"'),
    "Who.orders": who('orders = ">= 3"'),
    "Who.spent": who('spent = "> 300 CNY"'),
    "Who.tenure": who('tenure = "< 60 d"'),
    "Who.recency": who('recency = "> 20 d"'),
    "Who.recency_own_cycles": who('recency_own_cycles = "> 1"'),
    "Who.last_touch": who('last_touch = "> 7 d"'),
    "Range.low": (who('orders = ">= 1"')[1], who('orders = ">= 2"')[1]),
    "Range.high": (who('orders = "< 1"')[1], who('orders = "< 2"')[1]),
    "Range.low_open": (who('orders = ">= 1"')[1], who('orders = "> 1"')[1]),
    "Range.high_closed": (who('orders = "< 2"')[1], who('orders = "<= 2"')[1]),
    # campaigns
    "Strategy.campaigns": ("", f"{SALE}.off = true"),
    "Campaign.offer": ("", offer('format = "percent", depth = "25 %"')),
    "Campaign.channel": ("", f'{SALE}.channel = "sms"'),
    "Campaign.every": ("", f'{SALE}.every = "10 d"'),
    "Campaign.on": ("", DATES),
    "Campaign.who": ("", f'{SALE}.who = {{ stage = "repeater" }}'),
    "Campaign.first": ("", f"{SALE}.first = 2026-01-08"),
    "Campaign.lasts": ("", f'{SALE}.lasts = "4 d"'),
    "Campaign.phases": ("", f'{SALE}.phases = ["launch", "proof"]'),
    "Campaign.content": ("", f'{SALE}.content = ["value", "offer"]'),
    "Campaign.at": ("", f'{SALE}.at = "20:00"'),
    "Campaign.items": ("", f"{SALE}.items = 4"),
    "Campaign.style": ("", f'{SALE}.style = "personal"'),
    "Campaign.topic": ("", f'{SALE}.topic = "sport"'),
    "Campaign.testimony": ("", f"{SALE}.testimony = true"),
    "Campaign.holdout": ("", f'{SALE}.holdout = "40 %"'),
    "Campaign.budget": ("", f'{SALE}.budget = "100 CNY"'),
    "Campaign.prepare": ("", f'{SALE}.prepare = "1 d"'),
    "Campaign.joint_design": ("", f"{SALE}.joint_design = true"),
    "Campaign.announce": ("", f'{SALE}.announce = "3 d"'),
    "Campaign.commission": ("", f'{SALE}.commission = "10 %"'),
    # offers
    "Offer.generosity": ("", f"{OFFER}.generosity = 'x 1.5'"),
    "Offer.stock": ("", f"{OFFER}.stock = 3"),
    "Offer.budget": (coupon(), coupon(', budget = "60 CNY"')),
    "Offer.valid": (coupon(), coupon().replace("9 d", "3 d")),
    "Offer.stacks": (coupon(", stacks = true"), f"{coupon(', stacks = true')}\n{OFFER}.stacks = true"),
    "Offer.first_order_only": (coupon(), coupon(", first_order_only = true")),
    "Percent.depth": ("", f'{OFFER}.depth = "20 %"'),
    "Percent.claimed": ("", f'{OFFER}.claimed = "40 %"'),
    "Amount.off": (offer('format = "amount", off = "20 CNY"'), offer('format = "amount", off = "30 CNY"')),
    "Prebook.off": (
        offer('format = "prebook", off = "20 CNY", ships_after = "5 d"'),
        offer('format = "prebook", off = "30 CNY", ships_after = "5 d"'),
    ),
    "Prebook.ships_after": (
        offer('format = "prebook", off = "20 CNY", ships_after = "5 d"'),
        offer('format = "prebook", off = "20 CNY", ships_after = "9 d"'),
    ),
    "Flash.depth": (
        offer('format = "flash", depth = "15 %", stock = 9'),
        offer('format = "flash", depth = "25 %", stock = 9'),
    ),
    "Flash.claimed": (
        offer('format = "flash", depth = "15 %", stock = 9'),
        offer('format = "flash", depth = "15 %", stock = 9, claimed = "50 %"'),
    ),
    "Gift.cost": (GIFT, GIFT.replace("9 CNY", "12 CNY")),
    "Gift.fit": (GIFT, GIFT.replace("70 %", "10 %")),
    "Threshold.steps": (STEPS, STEPS.replace('"100 CNY"', '"80 CNY"')),
    "Step.spend": (STEPS, STEPS.replace('"100 CNY"', '"120 CNY"')),
    "Step.off": (STEPS, STEPS.replace('"20 CNY"', '"30 CNY"')),
    "Lottery.prizes": (PRIZES, PRIZES.replace("}, {", "}, { chance = '5 %', off = '60 CNY' }, {")),
    "Prize.chance": (PRIZES, PRIZES.replace("60 %", "40 %")),
    "Prize.off": (PRIZES, PRIZES.replace("29 CNY", "39 CNY")),
    "TrialOffer.price": (trial("9.9", "40"), trial("19.9", "40")),
    "TrialOffer.value": (trial("9.9", "40"), trial("9.9", "50")),
    # the desk
    "Service.agents": ("", f"{DESK}.agents = 2"),
    "Service.hours": ("", f'{DESK}.hours = "10:00-17:00"'),
    "Service.parallel_chats": ("", f"{DESK}.parallel_chats = 3"),
    "Service.priority": ("", f'{DESK}.priority = ["after_sale", "pre_sale", "complaint"]'),
    "Strategy.service": ("", f"{DESK}.auto_reply = false"),
    "Service.goals": ("", f'{DESK}.goals.reply = "1 h"'),
    "Goals.reply": ("", f'{DESK}.goals.reply = "20 min"'),
    "Goals.complaint": ("", f'{DESK}.goals.complaint = "20 h"'),
    "Service.shifts": ("", SHIFT),
    "Shift.agents": (SHIFT, SHIFT.replace("agents = 2", "agents = 3")),
    "Shift.hours": (SHIFT, SHIFT.replace("16:00", "15:00")),
    "Shift.days": shift('days = ["mon", "wed", "fri"]'),
    "Shift.skills": (TWO, TWO.replace("agents = 1", "agents = 1, skills = ['complaint']")),
    "Shift.hired": shift("hired = 2026-01-10"),
    "Service.closed_on": ("", f"{DESK}.closed_on = [2026-01-12, 2026-01-13]"),
    "Service.overtime": ("", f'{DESK}.overtime = "2 h"'),
    "Service.first": ("", f'{DESK}.first = {{ orders = ">= 3" }}'),
    "Service.personal_backlog": (WRITTEN, f'{WRITTEN}\n{DESK}.personal_backlog = "0 d"'),
    "Service.unlimited": ("", f"{DESK}.unlimited = true"),
    "Service.auto_reply": ("", f"{DESK}.auto_reply = false"),
    "Service.refund_within": ("", f'{DESK}.refund_within = "5 h"'),
    "Service.compensation": ("", PAID),
    "Compensation.kind": (PAID, PAID.replace("money", "credit")),
    "Compensation.share": (PAID, PAID.replace("10 %", "20 %")),
    "Compensation.matched": (PAID, PAID.replace(" }", ", matched = true }")),
    "Service.apology": ("", f"{DESK}.apology = true"),
    "Service.status_updates": ("", f"{DESK}.status_updates = true"),
    "Service.escalate": ("", f'{DESK}.escalate = {{ orders = ">= 3" }}'),
    "Service.bot": ("", f"{DESK}.bot = true"),
    # limits and parcels
    "Strategy.limits": ("", "strategy.limits.touches_per_30d = 2"),
    "Limits.touches_per_day": (PLAIN, f"{PLAIN}\nstrategy.limits.touches_per_day = 0"),
    "Limits.touches_per_30d": ("", "strategy.limits.touches_per_30d = 3"),
    "Limits.contact_gap": ("", 'strategy.limits.contact_gap = "5 d"'),
    "Limits.discount_budget": ("", 'strategy.limits.discount_budget = "300 CNY per 30 d"'),
    "Strategy.delivery": ("", 'strategy.delivery.promise = "1 d"'),
    "Delivery.carrier": ("", 'strategy.delivery.carrier = "fast"'),
    "Delivery.promise": ("", 'strategy.delivery.promise = "2 d"'),
}  # fmt: skip
"""For each key two strategies that differ in it alone, as lines of a variant."""
REFUSED = {"Limits.quiet": f'{PLAIN}\nstrategy.limits.quiet = "11:00-13:00"'}
"""The one key that moves nothing in a file: who plans a message in the quiet hours is refused,
and so is a part written in Python that sends one then."""


def lines_of(text: str) -> str:
    """The lines of a variant; a key that is stated twice has its last value."""
    stated = dict(line.split(" = ", 1) for line in text.splitlines())
    return "".join(f"{key} = {value}\n" for key, value in stated.items())


@pytest.fixture(scope="module")
def arms(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Scenario]:
    """The strategies by their lines, each once."""
    texts = sorted({text for pair in KEYS.values() for text in pair})
    variants = "".join(f'\n[variants."{place}"]\n{lines_of(text)}' for place, text in enumerate(texts))
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    path.write_text(WORLD + variants, encoding="utf-8")
    return dict(zip(texts, load(path).arms.values(), strict=True))


@pytest.fixture(scope="module")
def books(arms: Mapping[str, Scenario]) -> Callable[[str], Books]:
    """The accounts of a run of a strategy, day by day."""
    return cache(lambda text: run(arms[text]).series)


CLASSES = (Strategy, Acquisition, Welcome, Outreach, After, Rhythm, Who, Range, Campaign, Service, Goals, Shift,
           Compensation, Limits, Delivery, Step, Prize, *SHIPPED.values())  # fmt: skip


def test_the_keys_are_all_that_a_strategy_has() -> None:
    common = {f"Offer.{name}" for name in COMMON_KEYS}
    own = {f"{one.__name__}.{each.name}" for one in CLASSES for each in fields(one)}
    assert {*KEYS, *REFUSED} == common | own


@pytest.mark.parametrize("key", REFUSED)
def test_a_key_that_moves_nothing_refuses_the_file(key: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(f"{WORLD}[variants.refused]\n{lines_of(REFUSED[key])}", encoding="utf-8")
    with pytest.raises(InputError, match=r"quiet hours 11:00-13:00"):
        load(path)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_moves_an_account(key: str, books: Callable[[str], Books]) -> None:
    """No exception: a key that does nothing is none."""
    before, after = (books(text) for text in KEYS[key])
    assert any(not np.array_equal(values, after[name]) for name, values in before.items())
