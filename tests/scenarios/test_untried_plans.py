"""What a plan does that the history never had is said; a plan like the history's own has no note."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scenarios import load_market, untried_notes
from sim.scenario import (
    Campaign,
    Customers,
    Offer,
    Outreach,
    PastMessage,
    PastOffer,
    RunSettings,
    Scenario,
    ShopHistory,
    Strategy,
)
from sim.scenario.strategy import Limits, Rhythm

DAYS, PEOPLE = 360, 20
RUN = RunSettings(date(2025, 1, 1), horizon=180)
CARE = Outreach("direct", "care", every=Rhythm(15.0), at=0.5)
SALE = Campaign(Offer.percent(0.2), "direct", every=Rhythm(15.0), lasts=3.0, phases=("launch",), at=0.5)
PLAN = Strategy(outreach={"care": CARE}, campaigns={"sale": SALE})


def past(*, stated: bool = True) -> ShopHistory:
    """Campaigns of 20 % every 15 days, a message each and one of care, to all; one more of each to nobody."""
    firsts = range(10, DAYS, 15)
    messages = [PastMessage(day, 0.5, "campaigns.sale", "direct", "offer") for day in firsts]
    messages += [PastMessage(day + 5, 0.5, "outreach.care", "direct", "care") for day in firsts if day + 5 < DAYS]
    messages.sort(key=lambda one: one.day)
    sent = np.ones((len(messages) + 1, PEOPLE), dtype=np.bool_)
    sent[-1] = False
    offers = tuple(PastOffer("sale", SALE.offer, day, 3) for day in firsts)
    offer = np.zeros((DAYS, PEOPLE), dtype=np.int16)
    for place, day in enumerate(firsts):
        offer[day : day + 3] = place + 1
    none = np.zeros(PEOPLE, dtype=np.int32)
    return ShopHistory(
        date(2024, 1, 1), DAYS, none + 1, none > 0, none + DAYS, False, np.arange(PEOPLE + 1), none, np.zeros(PEOPLE),
        messages=(*messages, PastMessage(DAYS - 1, 0.5, "nobody", "sms", "value")), sent=sent,
        offers=(*offers, PastOffer("never", Offer.lottery([(0.5, 1000)]), 0, 1)), offer=offer, stated=stated,
    )  # fmt: skip


def notes_on(plan: Strategy, history: ShopHistory | None = None) -> list[str]:
    ones = np.ones(PEOPLE)
    customers = Customers(
        np.arange(PEOPLE, dtype=np.uint64), ones.astype(np.int64), 300.0 * ones, 300.0 * ones,
        (1000 * ones).astype(np.int64), ones.astype(np.int64), history=history or past(),
    )  # fmt: skip
    return untried_notes({"arm": Scenario(load_market("library:base").market, plan, RUN, customers)})


def with_sale(**changes: object) -> Strategy:
    return replace(PLAN, campaigns={"sale": replace(SALE, **changes)})  # type: ignore[arg-type]


def test_the_plan_of_the_history_and_small_changes_have_no_note() -> None:
    assert notes_on(PLAN) == []
    assert notes_on(with_sale(every=Rhythm(14.0), offer=Offer.percent(0.22), at=0.6)) == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (with_sale(every=Rhythm(7.0)), "campaigns every 7 days (the history has 15)"),
        (with_sale(every=Rhythm(40.0)), "campaigns every 40 days (the history has 15)"),
        (with_sale(offer=Offer.percent(0.3)), "30 % off (up to 20 % off was tried)"),
        (with_sale(offer=Offer.percent(0.1)), "10 % off (from 20 % off on was tried)"),
        (with_sale(offer=Offer.amount(1000)), "offers of format amount (never made)"),
        (with_sale(offer=Offer.lottery([(0.5, 1000)])), "offers of format lottery (never made)"),
        (with_sale(channel="sms"), "channel sms (never used)"),
        (replace(PLAN, outreach={"care": replace(CARE, content="value")}), "messages of value (never sent)"),
        (replace(PLAN, outreach={"care": replace(CARE, at=20.0 / 24.0)}), "messages at 20:00 (sent at 12:00)"),
        (replace(PLAN, outreach={"care": replace(CARE, every=Rhythm(3.0), style="personal")}), "messages to a person"),
        (replace(PLAN, campaigns={}), "no campaign in 180 days (the history was at most 15 days without a new one)"),
    ],
)  # fmt: skip
def test_what_was_never_tried_is_said_in_one_line(plan: Strategy, words: str) -> None:
    (line,) = notes_on(plan)
    assert line.startswith("arm: beyond what the history has tried: ")
    assert words in line


def test_limits_keep_a_plan_within_the_history() -> None:
    often = replace(PLAN, outreach={"care": replace(CARE, every=Rhythm(3.0), style="personal")})
    assert notes_on(replace(often, limits=Limits(touches_per_30d=4))) == []


def test_a_past_that_is_not_stated_has_no_range() -> None:
    assert notes_on(with_sale(channel="sms"), past(stated=False)) == []
