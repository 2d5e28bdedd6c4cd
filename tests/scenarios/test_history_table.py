"""A shop's history as a file: it comes back as it was, and one that does not fit its market is refused in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from scenarios import InputError, load_market, people_key
from scenarios.reading.history_table import read_history, write_history
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from sim.scenario import Compensation, Customers, Offer, PastDesk, PastMessage, PastOffer, PastPolicy, ShopHistory
from sim.scenario.offer import Prize, Step

MARKET = load_market("library:base").market
ENTRY = Entry(Node("history.parquet", Path("market.toml"), 3), ("market", "history"))


def random_history(rng: np.random.Generator) -> ShopHistory:
    """Some people and days, among them people without orders, and days without offers; at times nothing at all."""
    n, days, messages, offers = (int(rng.integers(low, 9)) for low in (1, 1, 0, 0))
    counts = rng.integers(0, days + 1, n)
    order_day = np.concatenate([np.sort(rng.choice(days, count, replace=False)) for count in counts])
    kinds = [
        Offer("percent", depth=0.15),
        Offer("threshold", steps=(Step(10000, 1000), Step(20000, 3000))),
        Offer("lottery", prizes=(Prize(0.1, 500),), first_order_only=True),
    ]
    return ShopHistory(
        start=date(2024, 2, 29),
        days=days,
        entered=rng.integers(-5, days + 1, n).astype(np.int32),
        lead=rng.random(n) < 0.5,
        deleted=rng.integers(0, days + 1, n).astype(np.int32),
        deletions_known=bool(rng.random() < 0.5),
        begin=np.append(0, np.cumsum(counts)).astype(np.int64),
        order_day=order_day.astype(np.int32),
        saving=rng.random(order_day.size),
        messages=tuple(
            PastMessage(int(day), 0.5, "campaigns.发货", "direct", "offer", 2, "personal", None, True, int(day) + 1)
            for day in rng.integers(0, days, messages)
        ),
        sent=rng.random((messages, n)) < rng.random() if messages else None,
        offers=tuple(
            PastOffer("x", kinds[k % 3], k, 3, ("launch", "deadline"), k % 2 == 0, 2.0, True) for k in range(offers)
        ),
        offer=rng.integers(0, offers + 1, (days, n)).astype(np.int16) if offers else None,
        stated=True,
        desk=random_desk(rng, days) if rng.random() < 0.5 else None,
        welcome_push=float(rng.random()) if rng.random() < 0.5 else None,
        disputed=rng.random(n) < 0.3 if rng.random() < 0.5 else None,
    )


def random_desk(rng: np.random.Generator, days: int) -> PastDesk:
    wait = np.where(rng.random((2, days, 24)) < 0.2, np.inf, rng.random((2, days, 24)))
    goal = float(rng.random()) if rng.random() < 0.5 else None
    policy = (
        PastPolicy(0.5, 2.0, Compensation("credit", 0.1, matched=True), apology=True) if rng.random() < 0.5 else None
    )
    desk = PastDesk(wait, rng.random((2, days, 24)), goal, *(bool(one) for one in rng.random(3) < 0.5))
    return desk if policy is None else replace(desk, complaints=policy)


def test_a_history_comes_back_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        history = random_history(rng)
        identity = np.sort(rng.integers(0, 2**63, history.size)).astype(np.uint64)
        write_history(tmp_path / "h.parquet", history, identity)
        again = read_history(tmp_path / "h.parquet", ENTRY, identity, MARKET)
        assert again == history
        assert [again.messages, again.offers, again.days] == [history.messages, history.offers, history.days]


def test_what_everybody_gets_takes_no_room(tmp_path: Path) -> None:
    """20,000 people, 500 messages to all of them, 50 campaigns: a few bytes a person."""
    n, days = 20_000, 500
    history = replace(
        random_history(np.random.default_rng(1)),
        days=days, entered=np.ones(n, dtype=np.int32), lead=np.zeros(n, dtype=bool),
        deleted=np.full(n, days, dtype=np.int32), disputed=None, begin=np.arange(n + 1),
        order_day=np.zeros(n, dtype=np.int32), saving=np.zeros(n),
        messages=tuple(PastMessage(day, 0.5, "m", "direct", "care") for day in range(days)),
        sent=np.ones((days, n), dtype=bool), offers=(PastOffer("x", Offer("percent", depth=0.1), 1, 3),),
        offer=np.repeat(((np.arange(days) % 10) < 3).astype(np.int16)[:, None], n, axis=1),
    )  # fmt: skip
    write_history(tmp_path / "h.parquet", history, np.arange(n, dtype=np.uint64))
    assert (tmp_path / "h.parquet").stat().st_size < 20 * n


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"order_day": np.array([0, 5], dtype=np.int32)}, "outside its days"),
        ({"order_day": np.array([2, 1], dtype=np.int32)}, "do not rise"),
        ({"saving": np.array([0.0, np.nan])}, "saving"),
        ({"entered": np.array([9, 1], dtype=np.int32)}, "entering"),
        ({"messages": (PastMessage(1, 0.5, "m", "pigeon", "care"),)}, "pigeon"),
        ({"offer": np.full((3, 2), 7, dtype=np.int16)}, "not in it"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    plain = ShopHistory(
        date(2025, 1, 1), 3, np.array([1, 1], dtype=np.int32), np.zeros(2, dtype=bool), np.full(2, 3, dtype=np.int32),
        False, np.array([0, 2, 2]), np.array([0, 2], dtype=np.int32), np.zeros(2),
        messages=(PastMessage(1, 0.5, "m", "direct", "care"),), sent=np.ones((1, 2), dtype=bool),
        offers=(PastOffer("x", Offer("percent", depth=0.1), 1, 3),), offer=np.zeros((3, 2), dtype=np.int16),
    )  # fmt: skip
    path, identity = tmp_path / "h.parquet", np.array([3, 4], dtype=np.uint64)
    write_history(path, plain, identity)
    assert read_history(path, ENTRY, identity, MARKET) == plain
    write_history(path, replace(plain, **change), identity)
    with pytest.raises(InputError, match=problem):
        read_history(path, ENTRY, identity, MARKET)
    write_history(path, plain, identity)
    with pytest.raises(InputError, match="not those of `customers`"):
        read_history(path, ENTRY, identity[::-1], MARKET)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"market.toml:3: market.history"):
        read_history(path, ENTRY, identity, MARKET)


def test_the_history_is_part_of_a_run_s_key() -> None:
    rng = np.random.default_rng(2)
    history = random_history(rng)
    n = history.size
    ones = np.ones(n, dtype=np.int64)
    people = Customers(np.arange(n, dtype=np.uint64), ones, ones * 5.0, ones * 1.0, ones * 100, ones, history=history)
    moved = replace(history, entered=history.entered - 1)
    keys = {people_key(replace(people, history=one)) for one in (None, history, moved)}
    assert len(keys) == 3
    assert people_key(people.of(np.ones(n, dtype=bool))) == people_key(people)
    some = people.of(np.arange(n) % 2 == 0)
    assert some.history is not None
    assert some.history.size == some.identity.size == (n + 1) // 2
    assert some.history.begin[-1] == some.history.order_day.size
