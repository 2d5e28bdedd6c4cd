"""Programmes and offers that are refused: the parts of the error for each mistake."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import load
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

CARE, OFFER = "[strategy.outreach.care]", 'offer   = { format = "percent", depth = "15 %" }'
CONTENT, CAMPAIGN = 'content = "care"', 'every   = "30 d"'
PROGRAMMES = [
    (CONTENT, 'content = "care"\nmix = { care = "100 %" }', Parts("care", "content and mix", "content, mix")),
    (CONTENT, 'mix = { care = "70 %", offer = "20 %" }', Parts("care.mix", "90 %")),
    (CONTENT, 'mix = { care = "70 %", ofer = "30 %" }', Parts("care.mix.ofer", "'ofer'", "'offer'")),
    (CONTENT, 'content = "care"\ntopic = "tea"', Parts("care.topic", "'tea'")),
    (CONTENT, 'content = "care"\ntestimony = "yes"', Parts("care.testimony", "'yes'")),
    (CONTENT, 'content = "care"\nitems = 0', Parts("care.items", "0", "1 to 50")),
    (CONTENT, 'content = "care"\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', Parts("care.offer", "care", '"offer"')),
    (CONTENT, 'mix = { value = "100 %" }\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', Parts("strategy.outreach.care.offer", "value")),
    (CONTENT, 'mix = { value = "100 %", offer = "0 %" }\noffer = { format = "percent", depth = "9 %", valid = "9 d" }', Parts("strategy.outreach.care.offer", "value, offer")),
    ('every   = "10 d"', 'every = "10 d"\nuntil = 2026-01-01', Parts("care.until", "2026-01-01", "2026-01-01")),
    ('every   = "10 d"', 'every = "10 d"\nfrom = 2027-01-01', Parts("care.from", "2027-01-01", "2027-01-01")),
    ('every   = "10 d"', 'every = "10 d"\nfrom = 2026-02-01\nuntil = 2026-02-01', Parts("care.until", "2026-02-01", "2026-02-01")),
    ('every   = "10 d"', 'on = [2025-12-31, 2027-01-01]', Parts("care.on", "2025-12-31, 2027-01-01", "2026-01-01 to 2026-12-31")),
    ('every   = "10 d"', 'on = ["618"]\nfrom = 2026-06-19', Parts("care.on", "618", "2026-06-19 to 2026-12-31")),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'on = [2025-12-31]', Parts("rhythm.on", "2025-12-31", "2026-01-01 to 2026-12-31")),
    (CAMPAIGN, 'on = ["double_11"]', Parts("rhythm.first", "2026-01-10")),
    ('stage = ["first_buyer", "repeater"]', 'stage = []', Parts("care.who.stage", "[]", "lead, first_buyer, repeater")),
    ('stage = ["first_buyer", "repeater"]', 'tag = []', Parts("care.who.tag", "[]")),
    ('stage = ["first_buyer", "repeater"]', 'orders = [2, 3]', Parts("care.who.orders", "[2, 3]", '"5 .. 15"')),
    ('stage = ["first_buyer", "repeater"]', 'stage = [["lead"]]', Parts("care.who.stage", "['lead']", "'lead'")),
    (CONTENT, 'content = { a = 1, b = [2026-01-31] }', Parts("care.content", "{'a': 1, 'b': ['2026-01-31']}", "care, interaction, offer, value")),
    (CONTENT, 'content = "care"\nstyle = "warm"', Parts("care.style", "'warm'", "mass, personal")),
    (CONTENT, 'content = "care"\nholdout = "120 %"', Parts("care.holdout", "'120 %'", "0 % to 99 %")),
    ('every   = "10 d"', 'after = { event = "order" }', Parts("care.after.wait", "", '"10 d"')),
    ('every   = "10 d"', 'after = { event = "order", wait = "12 h" }', Parts("care.after.wait", "'12 h'", "1 d to 3650 d")),
    ('every   = "10 d"', 'after = { event = "order", wait = "36 h" }', Parts("care.after.wait", "'36 h'")),
    ('every   = "10 d"', 'after = { event = "birth", wait = "3 d" }', Parts("event", "'birth'", "added, first_order, interaction, order")),
    ('every   = "10 d"', 'after = "3 d"', Parts("care.after", "'3 d'")),
    ('every   = "10 d"', 'every = "9 d"\nafter = { event = "order", wait = "3 d" }', Parts("strategy.outreach.care", "every and after")),
    ('stage = ["first_buyer", "repeater"]', 'engaged = "drifted"', Parts("who.engaged", "'drifted'")),
    ('stage = ["first_buyer", "repeater"]', 'tier = "lost"', Parts("who.tier", "'lost'")),
    ('stage = ["first_buyer", "repeater"]', 'rfm = "importnt_value"', Parts("who.rfm", "'importnt_value'", "'important_value'")),
    ('stage = ["first_buyer", "repeater"]', 'tag = "tea"', Parts("care.who.tag", "'tea'")),
    (CAMPAIGN, 'every = "30 d"\non = ["double_11"]', Parts("rhythm", "every and on", "every, on")),
    (CAMPAIGN, 'after = { event = "order", wait = "3 d" }', Parts("strategy.campaigns.rhythm.after", "'after'", "'offer'")),
    (CAMPAIGN, 'every = "30 d"\ncontent = ["offer", "care", "offer", "value"]', Parts("rhythm.content", "4", "3")),
    (CAMPAIGN, 'every = "30 d"\njoint_design = 1', Parts("rhythm.joint_design", "1")),
    (CAMPAIGN, 'every = "30 d"\nprepare = "-1 d"', Parts("rhythm.prepare", "'-1 d'", "0 d to 365 d")),
    (CAMPAIGN, 'every = "30 d"\nannounce = "28 d"', Parts("rhythm.announce", "28 d", "27 d")),
    (CAMPAIGN, 'every = "3 d"\nannounce = "1 d"', Parts("rhythm.announce", "1 d", "no announcement")),
    (CAMPAIGN, 'every = "30 d"\nannounce = "0 d"', Parts("rhythm.announce", "'0 d'", "1 d to 365 d")),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'on = [2026-01-10]\nannounce = "10 d"', Parts("rhythm.announce", "10 d", "9 d")),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'on = [2026-01-01]\nannounce = "1 d"', Parts("rhythm.announce", "1 d", "no announcement")),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'on = [2026-01-10, 2026-01-15]\nannounce = "10 d"', Parts("rhythm.announce", "10 d", "9 d")),
    ('every   = "30 d"\nfirst   = 2026-01-10', 'every = "360 d"\nfirst = 2026-01-10\nannounce = "20 d"', Parts("rhythm.announce", "20 d", "9 d")),
    (CAMPAIGN, 'every = "30 d"\ncommission = "99.5 %"', Parts("rhythm.commission", "99.5 %", "at most")),
    (CARE, '[market.money]\npayment_fee = "40 %"\nplatform_fee = "70 %"\n' + CARE, Parts("market.money.platform_fee", "70 %", "at most 60 %")),
    (CARE, '[compare]\nreferences = ["as today", "as today"]\n' + CARE, Parts("compare.references", "as today twice", "once")),
    (CARE, '[compare]\nreferences = ["as tody"]\n' + CARE, Parts("compare.references", "'as tody'", "'as today'")),
    (CARE, '[compare]\nalso = ["orders", "orders"]\n' + CARE, Parts("compare.also", "orders twice", "once")),
    (CARE, '[strategy.limits]\nquiet = "19:00-23:00"\n' + CARE, Parts("care.at", "20:00", "19")),
    (CARE, '[strategy.limits]\nquiet = "20:00-08:00"\n' + CARE, Parts("care.at", "20:00", "20")),
    (CARE, '[strategy.limits]\nquiet = "11:00-12:30"\n' + CARE, Parts("rhythm.at", "12:00", "11")),
    (CARE, '[strategy.limits]\nquiet = "08:00-08:00"\n' + CARE, Parts("limits.quiet", "'08:00-08:00'", '"22:00-08:00"')),
    (CARE, '[strategy.limits]\nquiet = "night"\n' + CARE, Parts("limits.quiet", "'night'", '"22:00-08:00"')),
    (CARE, '[strategy.limits]\ncontact_gap = 3\n' + CARE, Parts("limits.contact_gap", "3", '"10 d"')),
    (CARE, '[strategy.limits]\ndiscount_budget = "3000 CNY"\n' + CARE, Parts("limits.discount_budget", "'3000 CNY'", '"25 CNY per h"')),
    (CARE, '[strategy.welcome]\npush = 0.5\n' + CARE, Parts("strategy.welcome.push", "0.5", '"20 %"')),
    (CARE, '[strategy.welcome]\noffer = { format = "percent", depth = "9 %" }\n' + CARE, Parts("welcome.offer.valid", "", "14")),
    (CARE, '[strategy.acquisition.store_orders]\nhook = { format = "amount", off = "9 CNY" }\n' + CARE, Parts("acquisition.store_orders.hook.valid")),
    (CONTENT, 'content = "offer"\noffer = { format = "trial", price = "9.90 CNY", value = "29 CNY" }', Parts("strategy.outreach.care.offer.valid")),
    (CONTENT, 'content = "offer"\noffer = { format = "trial", price = "39 CNY", value = "29 CNY", valid = "9 d" }', Parts("care.offer.price", "39 CNY", "29 CNY")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "parts"), PROGRAMMES, ids=range(len(PROGRAMMES)))
def test_programmes(write: Write, old: str, new: str, parts: Parts) -> None:
    parts.raised_by(load, write(**{old: new}))


OFFERS = [
    ('format = "amount"', Parts("offer.off")),
    ('format = "gift", cost = "5 CNY"', Parts("offer.fit", "", "format, cost, fit, generosity")),
    ('format = "flash", depth = "9 %"', Parts("offer.stock", "", "format, depth, stock, claimed, generosity")),
    ('format = "trial", price = "5 CNY"', Parts("offer.value")),
    ('format = "prebook", off = "5 CNY"', Parts("offer.ships_after")),
    ('format = "percent", depth = "9 %", ships_after = "9 d"', Parts("offer.ships_after", "ships_after")),
    ('format = "percent", depth = "9 %", off = "9 CNY"', Parts("offer.off", "off", "format, depth, claimed, generosity")),
    ('format = "amount", off = "9 CNY", claimed = "30 %"', Parts("offer.claimed", "claimed")),
    ('format = "percent", depth = "9 %", valid = "9 d"', Parts("offer.valid", "valid")),
    ('format = "percent", depth = "9 %", budget = "9 CNY"', Parts("offer.budget", "budget")),
    ('format = "percent", depth = "99 %"', Parts("offer.depth", "'99 %'", "0 % to 95 %")),
    ('format = "percent", depth = "9 %", stacks = "no"', Parts("offer.stacks", "'no'")),
    ('format = "percent", depth = "9 %", stock = 0', Parts("offer.stock", "0", "1 to 1000000000")),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "parts"), OFFERS, ids=range(len(OFFERS)))
def test_offers(write: Write, offer: str, parts: Parts) -> None:
    parts.raised_by(load, write(**{OFFER: f"offer = {{ {offer} }}"}))


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
