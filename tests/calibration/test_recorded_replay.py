"""A history cut at a day, and recorded messages and offers that are sent again by the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from calibration.replay.recorded_replay import history_until, sent_again
from scenarios import load_market
from sim import run
from sim.output.event_tables import Named
from sim.scenario import Customers, Offer, PastMessage, PastOffer, RunSettings, Scenario, ShopHistory, Strategy

CUT, N = 10, 4
OFFER = np.zeros((20, N), dtype=np.int16)
OFFER[12:15, :2] = 1
HISTORY = ShopHistory(
    start=date(2026, 1, 1),
    days=20,
    entered=np.ones(N, dtype=np.int32),
    lead=np.zeros(N, dtype=bool),
    deleted=np.array([20, 20, 15, 8], dtype=np.int32),
    deletions_known=True,
    begin=np.array([0, 2, 3, 4, 5]),
    order_day=np.array([0, 13, 0, 0, 0], dtype=np.int32),
    saving=np.array([0.0, 0.2, 0.0, 0.0, 0.0]),
    messages=(
        PastMessage(3, 0.5, "news", "direct", "value"),
        PastMessage(12, 0.5, "sale", "direct", "offer"),
        PastMessage(15, 0.25, "care", "direct", "care"),
    ),
    sent=np.array([[1, 1, 1, 1], [1, 0, 1, 0], [0, 1, 0, 0]], dtype=bool),
    offers=(PastOffer("sale", Offer.percent(0.2), 12, 3),),
    offer=OFFER,
)


def test_a_history_until_a_day_knows_nothing_of_later_days() -> None:
    found = history_until(HISTORY, CUT)
    assert (found.days, len(found.messages)) == (CUT, 1)
    assert found.begin.tolist() == [0, 1, 2, 3, 4]
    assert found.saving.tolist() == [0.0] * 4
    assert found.deleted.tolist() == [10, 10, 10, 8]
    assert found.sent is not None
    assert found.sent.shape == (1, N)
    assert found.offer is not None
    assert found.offer.shape == (CUT, N)
    assert history_until(HISTORY, 20) == HISTORY


def test_what_was_recorded_is_sent_again_on_its_days_to_its_people() -> None:
    base = load_market("library:base").market
    always = {name: replace(one, reach=1.0, limit_per_day=0, limit_per_30d=0) for name, one in base.media.items()}
    market = replace(
        base, start_with=0, media=always, optout=replace(base.optout, per_message=0.0, background=0.0, first_day=0.0)
    )
    days = np.full(N, float(CUT))
    identity, ones = np.arange(1, N + 1, dtype=np.uint64), np.ones(N, dtype=np.int64)
    customers = Customers(identity, ones, days, days, 1000 * ones, ones)
    settings = RunSettings(date(2026, 1, 11), horizon=10)
    again = sent_again(Scenario(market, Strategy(), settings, customers), HISTORY, CUT)
    tables = run(again, tables=True, threads=1).tables
    assert tables is not None
    sent = {(int(p), float(at)) for p, at in zip(tables.messages["person"], tables.messages["instant"], strict=True)}
    assert sent == {(1, 2.5), (3, 2.5), (2, 5.25)}
    content = tables.messages["content"]
    assert isinstance(content, Named)
    assert sorted(np.array(content.names)[content.places].tolist()) == ["care", "offer", "offer"]
