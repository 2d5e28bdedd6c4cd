"""A shop that the engine simulates, with a programme that leaves people out by lot, as the history that it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

import sim.scenario as s
from scenarios import load_market
from scenarios.values.paths import market_with
from sim.engine import run
from sim.scenario.shop_history import PastMessage, ShopHistory

Bools = npt.NDArray[np.bool_]
PROGRAMME = "outreach.posts"


def plain_market(max_lift: float) -> s.Market:
    """Prior medians, where everybody is heard of and nothing but attention and fatigue differs between arms."""
    values = {
        "market.people.fit": 0.999,
        "market.people.benefit_seekers": 0.0,
        "market.engagement.rate": 0.0,
        "market.attention.max_lift": max_lift,
        "market.attention.weight.value": 1.2,
        "market.need.order_rate.mean": 0.03,
        "market.need.order_rate.shape": 2.0,
    }
    return market_with(load_market("library:base").market, values)


def holdout_shop(market: s.Market, people: int, days: int, share: float, seed: int = 1) -> tuple[ShopHistory, Bools]:
    """The history, and who was left out by lot."""
    plan = s.Outreach("direct", "value", every=s.Rhythm(15.0), holdout=share)
    settings = s.RunSettings(date(2026, 1, 1), horizon=days, seed=seed)
    world = s.Scenario(replace(market, start_with=people), s.Strategy(outreach={"posts": plan}), settings)
    tables = run(world, tables=True).tables
    assert tables is not None
    who = tables.people["person"]
    place = {int(identity): i for i, identity in enumerate(who)}

    def places(identities: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        return np.array([place[int(one)] for one in identities], dtype=np.int64)

    orders, messages, relations = tables.orders, tables.messages, tables.relations
    person, day = places(orders["person"]), np.floor(orders["instant"]).astype(np.int32) + 1
    person, day = np.concatenate([np.arange(people), person]), np.concatenate([np.zeros(people, np.int32), day])
    rows = np.unique(np.stack([person, day], axis=1), axis=0)
    begin = np.searchsorted(rows[:, 0], np.arange(people + 1))
    sent_to, sent_day = places(messages["person"]), np.floor(messages["instant"]).astype(int) + 1
    mailing = np.unique(sent_day)
    sent = np.zeros((mailing.size, people), dtype=bool)
    sent[np.searchsorted(mailing, sent_day), sent_to] = True
    deleted = np.full(people, days + 1, dtype=np.int32)
    gone = np.array(relations["kind"].names)[relations["kind"].places] == "delete"
    deleted[places(relations["person"][gone])] = np.floor(relations["instant"][gone]).astype(np.int32) + 1
    past = [PastMessage(int(d), 0.5, PROGRAMME, "direct", "value") for d in mailing]
    history = ShopHistory(
        start=date(2025, 12, 31), days=days + 1, entered=np.ones(people, np.int32), lead=np.zeros(people, bool),
        deleted=deleted, deletions_known=True, begin=begin, order_day=rows[:, 1].astype(np.int32),
        saving=np.zeros(len(rows)), messages=tuple(past), sent=sent,
    )  # fmt: skip
    return history, ~sent.any(axis=0)
