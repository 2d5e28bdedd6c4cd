"""Programmes and offers that cannot be: one line with place, what is wrong, what is allowed, what was got."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import load

Write = Callable[..., Path]
Complaint = Callable[[Path | str], str]

CARE, OFFER = "[strategy.outreach.care]", 'offer   = { format = "percent", depth = "15 %" }'
CONTENT, CAMPAIGN = 'content = "care"', 'every   = "30 d"'
PROGRAMMES = [
    (CONTENT, 'content = "care"\nmix = { care = "100 %" }', "care: must say what; allowed exactly one of content, mix; got content and mix"),
    (CONTENT, 'mix = { care = "70 %", offer = "20 %" }', "care.mix: is no whole; allowed shares that sum to 100 %; got 90 %"),
    (CONTENT, 'mix = { care = "70 %", ofer = "30 %" }', "care.mix.ofer: is not a content; did you mean 'offer'? allowed care, interaction"),
    (CONTENT, 'content = "care"\ntopic = "tea"', "care.topic: is not defined in the market; allowed none, since none is defined; got 'tea'"),
    (CONTENT, 'content = "care"\ntestimony = "yes"', "care.testimony: is no switch; allowed true, false; got 'yes'"),
    (CONTENT, 'content = "care"\nitems = 0', "care.items: is outside its range; allowed 1 to 50; got 0"),
    (CONTENT, 'content = "care"\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', 'care.offer: comes with a message that does not offer it; allowed content "offer", or a mix with offer in it; got care'),
    (CONTENT, 'mix = { value = "100 %" }\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', "or a mix with offer in it; got value"),
    (CONTENT, 'mix = { value = "100 %", offer = "0 %" }\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', "or a mix with offer in it; got value"),
    ('every   = "10 d"', 'every = "10 d"\nuntil = 2026-01-01', "care.until: is over when the run starts; allowed after 2026-01-01; got 2026-01-01"),
    ('every   = "10 d"', 'every = "10 d"\nfrom = 2027-01-01', "care.from: comes when the run is over; allowed before 2027-01-01; got 2027-01-01"),
    ('every   = "10 d"', 'every = "10 d"\nfrom = 2026-02-01\nuntil = 2026-02-01', "care.until: ends before it begins; allowed after 2026-02-01; got 2026-02-01"),
    ('every   = "10 d"', 'on = [2025-12-31, 2027-01-01]', "care.on: names no day that comes; allowed days from 2026-01-01 to 2026-12-31; got 2025-12-31, 2027-01-01"),
    ('every   = "10 d"', 'on = ["618"]\nfrom = 2026-06-19', "care.on: names no day that comes; allowed days from 2026-06-19 to 2026-12-31; got 618"),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'on = [2025-12-31]', "rhythm.on: names no day that comes; allowed days from 2026-01-01 to 2026-12-31; got 2025-12-31"),
    (CAMPAIGN, 'on = ["double_11"]', "rhythm.first: does not go with on, which says all days itself; allowed with every; got 2026-01-10"),
    ('stage = ["first_buyer", "repeater"]', 'stage = []', "care.who.stage: names nobody; allowed lead, first_buyer, repeater, or no stage at all; got []"),
    ('stage = ["first_buyer", "repeater"]', 'tag = []', "care.who.tag: names nobody; allowed a text, or no tag at all; got []"),
    ('stage = ["first_buyer", "repeater"]', 'orders = [2, 3]', "care.who.orders: is not a test; allowed \"< 5\", \">= 5\" or a range such as \"5 .. 15\"; got [2, 3]"),
    ('stage = ["first_buyer", "repeater"]', 'stage = [["lead"]]', "care.who.stage: is not one of the choices; did you mean 'lead'? allowed first_buyer, lead, repeater; got ['lead']"),
    (CONTENT, 'content = { a = 1, b = [2026-01-31] }', "care.content: is not one of the choices; allowed care, interaction, offer, value; got {'a': 1, 'b': ['2026-01-31']}"),
    (CONTENT, 'content = "care"\nstyle = "warm"', "care.style: is not one of the choices; allowed mass, personal; got 'warm'"),
    (CONTENT, 'content = "care"\nholdout = "120 %"', "care.holdout: is outside its range; allowed 0 % to 99 %; got '120 %'"),
    ('every   = "10 d"', 'after = { event = "order" }', "care.after.wait: is missing; allowed \"10 d\"; got nothing"),
    ('every   = "10 d"', 'after = { event = "order", wait = "12 h" }', "care.after.wait: is outside its range; allowed 1 d to 3650 d"),
    ('every   = "10 d"', 'after = { event = "order", wait = "36 h" }', "care.after.wait: is not whole; allowed whole days; got '36 h'"),
    ('every   = "10 d"', 'after = { event = "birth", wait = "3 d" }', "event: is not one of the choices; allowed added, first_order, interaction, order"),
    ('every   = "10 d"', 'after = "3 d"', "care.after: is not a table; allowed a table; got '3 d'"),
    ('every   = "10 d"', 'every = "9 d"\nafter = { event = "order", wait = "3 d" }', "exactly one of every, on, after; got every and after"),
    ('stage = ["first_buyer", "repeater"]', 'engaged = "drifted"', "who.engaged: cannot be named, because the shop cannot see who has"),
    ('stage = ["first_buyer", "repeater"]', 'tier = "lost"', "who.tier: cannot be named, because the shop cannot reach"),
    ('stage = ["first_buyer", "repeater"]', 'rfm = "importnt_value"', "who.rfm: is not one of the choices; did you mean 'important_value'?"),
    ('stage = ["first_buyer", "repeater"]', 'tag = "tea"', "care.who.tag: is not defined in the market; allowed none, since none"),
    (CAMPAIGN, 'every = "30 d"\non = ["double_11"]', "rhythm: must say when; allowed exactly one of every, on; got every and on"),
    (CAMPAIGN, 'after = { event = "order", wait = "3 d" }', "strategy.campaigns.rhythm.after: unknown key"),
    (CAMPAIGN, 'every = "30 d"\ncontent = ["offer", "care", "offer", "value"]', "rhythm.content: has more contents than messages; allowed up to 3"),
    (CAMPAIGN, 'every = "30 d"\njoint_design = 1', "rhythm.joint_design: is no switch; allowed true, false; got 1"),
    (CAMPAIGN, 'every = "30 d"\nprepare = "-1 d"', "rhythm.prepare: is outside its range; allowed 0 d to 365 d"),
    (CARE, '[strategy.limits]\nquiet = "19:00-23:00"\n' + CARE, "care.at: is in the quiet hours; allowed a time outside 19:00-23:00 (strategy.limits.quiet); got 20:00"),
    (CARE, '[strategy.limits]\nquiet = "20:00-08:00"\n' + CARE, "care.at: is in the quiet hours; allowed a time outside 20:00-08:00"),
    (CARE, '[strategy.limits]\nquiet = "11:00-12:30"\n' + CARE, "rhythm.at: is in the quiet hours; allowed a time outside 11:00-12:30 (strategy.limits.quiet); got 12:00"),
    (CARE, '[strategy.limits]\nquiet = "08:00-08:00"\n' + CARE, "limits.quiet: is empty; allowed \"22:00-08:00\"; got '08:00-08:00'"),
    (CARE, '[strategy.limits]\nquiet = "night"\n' + CARE, "limits.quiet: is not a window over midnight; allowed \"22:00-08:00\"; got 'night'"),
    (CARE, '[strategy.limits]\ncontact_gap = 3\n' + CARE, "limits.contact_gap: has no unit; allowed \"10 d\""),
    (CARE, '[strategy.limits]\ndiscount_budget = "3000 CNY"\n' + CARE, "limits.discount_budget: is not a money rate; allowed \"25 CNY per h\""),
    (CARE, '[strategy.welcome]\npush = 0.5\n' + CARE, "strategy.welcome.push: has no unit; allowed \"20 %\"; got 0.5"),
    (CARE, '[strategy.welcome]\noffer = { format = "percent", depth = "9 %" }\n' + CARE, "welcome.offer.valid: is missing from a coupon; allowed how long it holds, such as \"14 d\"; got nothing"),
    (CARE, '[strategy.acquisition.store_orders]\nhook = { format = "amount", off = "9 CNY" }\n' + CARE, "acquisition.store_orders.hook.valid: is missing from a coupon"),
    (CONTENT, 'content = "offer"\noffer = { format = "trial", price = "9.90 CNY", value = "29 CNY" }', "strategy.outreach.care.offer.valid: is missing from a coupon"),
    (CONTENT, 'content = "offer"\noffer = { format = "trial", price = "39 CNY", value = "29 CNY", valid = "9 d" }', "care.offer.price: is above the trial's value; allowed up to 29 CNY; got 39 CNY"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), PROGRAMMES, ids=range(len(PROGRAMMES)))
def test_programmes(write: Write, old: str, new: str, told: str, complaint: Complaint) -> None:
    text = complaint(write(**{old: new}))
    assert text.startswith("q.toml:")
    assert told in text


OFFERS = [
    ('format = "amount"', "offer.off: is missing from the format amount; allowed format, off, generosity, stock, budget, valid, stacks, first_order_only; got nothing"),
    ('format = "gift", cost = "5 CNY"', "offer.fit: is missing from the format gift; allowed format, cost, fit, generosity"),
    ('format = "flash", depth = "9 %"', "offer.stock: is missing from the format flash; allowed format, depth, stock, claimed, generosity"),
    ('format = "trial", price = "5 CNY"', "offer.value: is missing from the format trial"),
    ('format = "prebook", off = "5 CNY"', "offer.ships_after: is missing from the format prebook"),
    ('format = "percent", depth = "9 %", ships_after = "9 d"', "offer.ships_after: does not belong to the format percent"),
    ('format = "percent", depth = "9 %", off = "9 CNY"', "offer.off: does not belong to the format percent; allowed format, depth, claimed, generosity"),
    ('format = "amount", off = "9 CNY", claimed = "30 %"', "offer.claimed: does not belong to the format amount"),
    ('format = "percent", depth = "9 %", valid = "9 d"', "offer.valid: does not belong to a campaign's offer; allowed strategy.campaigns.rhythm.lasts; got it"),
    ('format = "percent", depth = "9 %", budget = "9 CNY"', "offer.budget: does not belong to a campaign's offer; allowed strategy.campaigns.rhythm.budget; got it"),
    ('format = "percent", depth = "99 %"', "offer.depth: is outside its range; allowed 0 % to 95 %; got '99 %'"),
    ('format = "percent", depth = "9 %", stacks = "no"', "offer.stacks: is no switch; allowed true, false; got 'no'"),
    ('format = "percent", depth = "9 %", stock = 0', "offer.stock: is outside its range; allowed 1 to 1000000000; got 0"),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "told"), OFFERS, ids=range(len(OFFERS)))
def test_offers(write: Write, offer: str, told: str, complaint: Complaint) -> None:
    text = complaint(write(**{OFFER: f"offer = {{ {offer} }}"}))
    assert text.startswith("q.toml:19: strategy.campaigns.rhythm.offer.")
    assert told in text


def test_every_format_is_taken_with_its_keys_and_the_common_ones(write: Write) -> None:
    own = {
        "percent": 'depth = "9 %", claimed = "30 %"',
        "amount": 'off = "9 CNY"',
        "threshold": 'steps = [{ spend = "99 CNY", off = "9 CNY" }]',
        "lottery": 'prizes = [{ chance = "5 %", off = "9 CNY" }]',
        "gift": 'cost = "5 CNY", fit = "80 %"',
        "flash": 'depth = "9 %", claimed = "30 %"',
        "trial": 'price = "9.90 CNY", value = "29 CNY"',
        "prebook": 'off = "50 CNY", ships_after = "10 d"',
    }
    common = 'generosity = "x 1.5", stock = 50, stacks = true, first_order_only = true'
    for format_, keys in own.items():
        also = common.replace(", stacks = true", "") if format_ == "trial" else common
        offer = f'offer = {{ format = "{format_}", {keys}, {also} }}'
        campaign = load(write(**{OFFER: offer})).arms["base"].strategy.campaigns["rhythm"]
        assert (campaign.offer.format, campaign.offer.stock, campaign.offer.stacks) == (format_, 50, format_ != "trial")
        coupon = offer.replace(also, also + ', valid = "14 d", budget = "500 CNY"')
        outreach = load(write(**{CONTENT: 'content = "offer"\n' + coupon})).arms["base"].strategy.outreach["care"]
        assert outreach.offer is not None
        assert (outreach.offer.format, outreach.offer.valid, outreach.offer.budget) == (format_, 14.0, 50000)
