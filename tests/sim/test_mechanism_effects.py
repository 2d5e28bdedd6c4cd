"""What mechanisms do beside hazards: money, prices, people, events, series, and what strategies and they show another.

The two mechanisms of docs/how-to/money-in-a-mechanism.md are taken from the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from numba.core.dispatcher import Dispatcher

from sim import Actions, Ledger, Mechanism, run
from sim.engine import advance, open_run
from sim.extend.mechanism_context import MechanismContext
from sim.extend.person_columns import AddedError
from sim.output.event_tables import Named
from sim.scenario import CheckoutOrders, Market, Scenario
from sim.state.first_morning import RunOptions
from sim.units import WrongValue
from tests.test_documents import FENCE, SAVED_AS
from tests.worlds import scenario

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "money-in-a-mechanism.md"
WALLET = {"bonus": 0.25, "charge_orders": 2.0, "charge_most": 0.05, "charge_half": 0.2, "lock_in": 1.4}
RIVAL = {"sale_from": 20.0, "sale_until": 40.0, "sale_cut": 0.15, "switching": 2.2}
NO_MEMORY = {"market.offers.reference": 0.0, "market.offers.habituation": 0.0, "strategy.campaigns": {}}
"""Prices of the past do nothing, so that a price moves nobody."""


@cache
def from_page(name: str, value: str) -> Any:
    """A value that a file of the page defines."""
    text = PAGE.read_text(encoding="utf-8")
    (code,) = (match[2] for match in FENCE.finditer(text) if SAVED_AS.findall(text[: match.start()]) == [name])
    scope: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, name, "exec"), scope)
    return scope[value]


def wallet_world(changes: Mapping[str, float] | None = None, **how: Any) -> Scenario:
    return scenario({"market.extra": WALLET | (changes or {})}, **how).with_mechanism(from_page("wallet.py", "wallet"))


def nothing(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
    return {}


def made(response: Callable[..., Mapping[str, npt.ArrayLike]] = nothing, name: str = "own", **parts: Any) -> Mechanism:
    return Mechanism(name, parts.pop("process", None), response, **parts)


def total(ledger: Ledger, account: str) -> int:
    return int(ledger.series[account].sum())


def with_prices(world: Scenario, **answer: Any) -> Ledger:
    return run(world.with_mechanism(made(lambda shop, market: answer, surcharge=True)), tables=True)


# --- nothing at all --------------------------------------------------------------------------------


def test_parts_that_do_nothing_change_no_bit_and_compile_nothing() -> None:
    def idle(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        shop.book("in", 0)
        shop.add("search", 0)
        shop.note("seen", np.empty(0, dtype=int))
        assert shop.column("x").max() == shop.column("y").max() == 0.0
        return {"price": np.ones(shop.size), "off": 0, "order": 0.0}

    def at_checkout(shop: MechanismContext, orders: CheckoutOrders) -> npt.NDArray[np.int64]:
        return np.zeros(orders.due.size, dtype=np.int64)

    def compiled() -> int:
        from sys import modules

        own = (vars(module).values() for name, module in modules.items() if name.startswith("sim.") and module)
        return sum(len(one.signatures) for values in own for one in values if isinstance(one, Dispatcher))

    plain = run(scenario())
    before = compiled()
    everything: dict[str, Any] = {
        "checkout": at_checkout,
        "accounts": {"in": "income"},
        "series": {"x": "sum", "y": "mean"},
    }
    ours = run(scenario().with_mechanism(made(idle, events=("seen",), shown=("x",), surcharge=True, **everything)))
    assert ours.fingerprint == plain.fingerprint
    assert before > 50
    run(wallet_world())
    assert compiled() == before
    for account, days in plain.series.items():
        assert np.array_equal(days, ours.series[account]), account
    assert {name: total(ours, name) for name in ours.own} == {"extra.own.in": 0, "extra.own.x": 0, "extra.own.y": 0}


# --- money -----------------------------------------------------------------------------------------


def test_money_is_in_the_contribution_by_what_it_is_and_in_the_fingerprint() -> None:
    def booking(cents: int) -> Mechanism:
        def response(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
            shop.book("rent", 30)
            shop.book("grant", cents)
            shop.book("grant", np.int64(1))
            shop.book("owed", -7)
            return {}

        return made(response, accounts={"rent": "cost", "grant": "income", "owed": "liability"})

    plain = run(scenario())
    runs = [run(scenario().with_mechanism(booking(cents))) for cents in (0, 100)]
    for ledger, cents in zip(runs, (0, 100), strict=True):
        assert (ledger.contribution() - plain.contribution() == cents + 1 - 30).all()
        assert (ledger.series["extra.own.owed"] == -7).all()
        assert np.array_equal(ledger.series["paid"], plain.series["paid"])
    assert len({plain.fingerprint, *(ledger.fingerprint for ledger in runs)}) == 3


# --- balances --------------------------------------------------------------------------------------


NO_OFFERS: dict[str, Any] = {
    "strategy.campaigns": {}, "strategy.outreach": {}, "strategy.acquisition": {}, "strategy.welcome": None,
}  # fmt: skip


def test_balances_agree_to_the_cent_with_a_twin_that_reads_the_event_log() -> None:
    """The twin goes through charges and orders in order of instants. Without offers, list value is what is due."""
    world = scenario({"market.extra": WALLET, "market.start_with": 150, **NO_OFFERS}, days=120)
    tables = run(world.with_mechanism(from_page("wallet.py", "wallet")), tables=True)
    assert tables.tables is not None
    charges, orders = pd.DataFrame(_plain(tables.tables.mechanisms)), pd.DataFrame(_plain(tables.tables.orders))
    assert set(zip(charges["mechanism"], charges["event"], strict=True)) == {("wallet", "charged")}
    rows = pd.concat([charges, orders])[["instant", "person", "cents", "list_value", "paid"]].fillna(0)
    balances, money, partly, discounts = dict[int, int](), dict[int, int](), 0, 0
    for row in rows.sort_values(["instant", "person"]).itertuples():
        balance, worth = balances.get(row.person, 0), money.get(row.person, 0)
        if row.cents:
            assert (balance, worth) == (0, 0)
            balances[row.person], money[row.person] = int(row.cents) + round(int(row.cents) / 4), int(row.cents)
            continue
        used = min(balance, int(row.list_value))
        own = round(worth * used / balance) if used else 0
        assert row.paid == row.list_value - used + own
        balances[row.person], money[row.person] = balance - used, worth - own
        partly, discounts = partly + (0 < used < row.list_value), discounts + used - own
    assert partly > 10
    assert sum(money.values()) == total(tables, "extra.wallet.owed") == tables.series["extra.wallet.worth"][-1] > 0
    assert sum(balances.values()) == tables.series["extra.wallet.balance"][-1]
    assert discounts == total(tables, "discount") == total(tables, "list_value") - total(tables, "paid") > 0


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: np.array(one.names)[one.places] if isinstance(one, Named) and one.names else getattr(one, "places", one)
        for name, one in table.items()
    }


def test_the_bonus_from_nothing_to_three_times_the_charge() -> None:
    """Cash never shows that a bonus is too high; the contribution does."""
    changes = {"market.start_with": 400, "market.money.goods_cost": 0.4}
    bonuses = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
    wallet = from_page("wallet.py", "wallet")
    curve = [
        run(scenario({**changes, "market.extra": WALLET | {"bonus": bonus}}).with_mechanism(wallet))
        for bonus in bonuses
    ]
    plain = run(scenario(changes))
    assert curve[0].fingerprint == plain.fingerprint
    kept = np.array([one.contribution().sum() for one in curve])
    owed = np.array([total(one, "extra.wallet.owed") for one in curve])
    assert (np.diff(owed[:6]) > 0).all()
    assert (kept + owed)[1:].min() > (kept + owed)[0]
    assert (np.diff(kept[3:]) < 0).all()
    assert kept[-1] < kept[0]
    assert kept.argmax() < 5


def test_pieces_threads_and_blocks_change_nothing() -> None:
    world = wallet_world()
    opened = open_run(world, options=RunOptions(block=16))
    for day in (1, 2, 30, world.run.days):
        advance(opened, day)
    whole, two = run(world), run(world, threads=2)
    assert opened.state.books.log.fingerprint == whole.fingerprint == two.fingerprint
    assert np.array_equal(whole.series["extra.wallet.worth"], two.series["extra.wallet.worth"])


# --- prices ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.0, 0.3, 0.95, 1.0, 1.2, 3.0])
def test_a_factor_scales_what_every_order_pays(factor: float) -> None:
    plain, ours = run(scenario(NO_MEMORY), tables=True), with_prices(scenario(NO_MEMORY), price=factor)
    assert plain.tables is not None
    assert ours.tables is not None
    one, other = plain.tables.orders, ours.tables.orders
    assert np.array_equal(one["person"], other["person"])  # type: ignore[arg-type]
    assert np.array_equal(one["list_value"], other["list_value"])  # type: ignore[arg-type]
    paid = np.floor(one["paid"] * factor + 0.5).astype(int)  # type: ignore[operator]
    assert np.array_equal(other["paid"], paid)  # type: ignore[arg-type]
    assert np.array_equal(other["list_value"] - other["discount"], paid)  # type: ignore[operator]
    for account in ("goods", "hook_discount", "campaign_discount"):
        assert np.array_equal(plain.series[account], ours.series[account]), account
    assert total(plain, "hook_discount") > 0
    fees = [total(one, "payment_fees") for one in (plain, ours)]
    assert fees[1] == pytest.approx(factor * fees[0], abs=0.5 * paid.size)
    assert (fees[1] == 0) == (factor == 0.0)


def test_cents_off_end_at_nothing_and_go_by_person() -> None:
    def half(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        return {"off": np.where(shop.person("identity") % np.uint64(2) == 0, 10**9, 500)}

    ledger = run(scenario(NO_MEMORY).with_mechanism(made(half)), tables=True)
    plain = run(scenario(NO_MEMORY), tables=True)
    assert ledger.tables is not None
    assert plain.tables is not None
    orders, due = ledger.tables.orders, plain.tables.orders["paid"]
    even = orders["person"] % np.uint64(2) == 0  # type: ignore[operator]
    assert 5 < even.sum() < even.size - 5
    assert np.array_equal(orders["paid"], np.where(even, 0, np.maximum(due - 500, 0)))  # type: ignore


def test_a_competitors_sale_and_the_price_from_nothing_to_three_times() -> None:
    world = scenario({"market.extra": RIVAL, "market.start_with": 400, **NO_MEMORY})
    rival = world.with_mechanism(from_page("competitor.py", "competitor"))
    calm = replace(rival, market=replace(rival.market, extra=RIVAL | {"sale_cut": 0.0}))

    def at(price: float) -> Callable[..., Any]:
        return lambda view, memory: (Actions.note(view.person, "price", price if 20 <= view.day < 40 else 1.0), memory)

    def orders(ledger: Ledger) -> int:
        return int(ledger.series["orders"][20:40].sum())

    plain, held, matched = run(world), run(rival), run(rival.with_programme("match", at(0.85)))
    assert orders(held) < 0.85 * orders(plain)
    assert abs(orders(matched) - orders(plain)) <= 0.02 * orders(plain)
    assert total(matched, "paid") < total(plain, "paid")
    curve = [run(calm.with_programme("match", at(price))) for price in (0.0, 0.5, 0.8, 1.0, 1.5, 3.0)]
    assert curve[3].series["orders"].tolist() == plain.series["orders"].tolist()
    assert (np.diff([orders(one) for one in curve]) < 0).all()
    kept = np.array([one.contribution().sum() for one in curve])
    assert kept.argmin() == 0
    assert kept[0] < kept[1] < kept[2]
    assert kept[5] < kept[3]


# --- people ----------------------------------------------------------------------------------------

APART: dict[str, Any] = {
    "strategy.service.agents": None, "strategy.limits.discount_budget": None, "strategy.campaigns": {},
}  # fmt: skip
"""Nothing but these, and the shop's cycle, couples people."""


@pytest.mark.parametrize("daily", [0, 1, 40])
def test_people_who_are_added_leave_everybody_else_alone(daily: int) -> None:
    def word_of_mouth(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        shop.add("search", daily // 2)
        shop.add("search", daily - daily // 2)
        return {}

    def rows(ledger: Ledger) -> list[tuple[int, ...]]:
        assert ledger.events is not None
        columns = (ledger.events[name].tolist() for name in ("person", "day", "kind", "cents", "instant"))
        return sorted(zip(*columns, strict=True))

    world = scenario(APART)
    plain, ours = run(world, events=True), run(world.with_mechanism(made(word_of_mouth)), events=True, tables=True)
    known = {row[0] for row in rows(plain)}
    assert [row for row in rows(ours) if row[0] in known] == rows(plain)
    assert total(ours, "added") == total(plain, "added") + daily * world.run.days
    assert total(ours, "acquisition_cost") == total(plain, "acquisition_cost")
    new = [row for row in rows(ours) if row[0] not in known]
    assert len({row[0] for row in new}) == daily * world.run.days
    assert (total(ours, "first_orders") > total(plain, "first_orders")) == (daily > 0)
    assert ours.tables is not None
    assert ours.tables.days["exposure_cost"].min() >= 0  # type: ignore[union-attr]


def test_referrals_from_nobody_to_everybody() -> None:
    source = scenario().market.sources["search"]

    def at(bring: float, reward: float) -> Ledger:
        extra = {"market.extra": {"bring": bring, "reward": reward}, "market.sources.store_orders": source}
        return run(scenario(extra).with_mechanism(from_page("referral.py", "referral")))

    plain = run(scenario({"market.sources.store_orders": source}))
    curve = [at(bring, 500.0) for bring in (0.0, 0.1, 0.5, 1.0)]
    assert curve[0].fingerprint == plain.fingerprint
    assert (np.diff([total(one, "added") for one in curve]) > 0).all()
    more = [total(one, "added") - total(plain, "added") for one in curve]
    assert [total(one, "extra.referral.rewards") for one in curve] == [500 * one for one in more]
    of_day_one = curve[-1].start_contacts  # without a history, their order of day 0 came before the run
    assert curve[-1].series["order_days"][0] == 0
    assert more[-1] == of_day_one + curve[-1].series["order_days"][:-1].sum()
    dear = [at(bring, 50_000.0).contribution().sum() for bring in (0.0, 0.1, 0.5, 1.0)]
    assert (np.diff(dear) < 0).all(), "who pays any price for friends loses by them"


def test_a_source_that_the_strategy_does_not_use_can_get_many_people() -> None:
    def flood(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        shop.add("search", 5000 if shop.day == 1 else 0)
        return {}

    ledger = run(scenario({"strategy.acquisition": {}}, days=4).with_mechanism(made(flood)))
    assert ledger.series["added"].tolist() == [0, 5000, 0, 0]
    assert ledger.series["lead"][1] - ledger.series["lead"][0] == 5000


# --- columns in strategies, in series and in the event log -----------------------------------------


def test_columns_are_shown_as_at_the_end_of_yesterday_and_measured_in_the_evening() -> None:
    seen: list[tuple[int, float]] = []

    def counting(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
        shop.column("nights")[:] = 1.0
        yield env.timeout(0.95)
        while True:
            shop.column("nights")[:] += 1.0
            yield env.timeout(1)

    def look(view: Any, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        nights = view.extra("own", "nights")
        assert nights.shape == view.person.shape
        seen.append((view.day, float(nights.max())))
        return Actions.note(view.person, "day", view.day), memory

    def response(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        noted = shop.noted("look", "day")
        assert np.nanmax(noted) == shop.day
        assert np.isnan(shop.noted("nobody", "day")).all()
        return {}

    own = made(response, process=counting, shown=("nights",), series={"nights": "mean"})
    ledger = run(scenario(days=10).with_mechanism(own).with_programme("look", look))
    assert seen == [(0, 0.0), *((day, float(day)) for day in range(1, 10))], (
        "what is written at night is seen a day later"
    )
    assert ledger.series["extra.own.nights"][0] == 1_000_000
    assert 1_000_000 < ledger.series["extra.own.nights"][-1] <= 10_000_000


def test_strategies_see_the_money_of_mechanisms_in_the_books() -> None:
    seen: list[npt.NDArray[np.int64]] = []

    def rents(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        shop.book("rent", 700 + shop.day)
        shop.column("x")
        return {}

    def look(view: Any, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        seen.append(np.stack([view.contribution, view.account("extra.own.rent")]))
        with pytest.raises(WrongValue, match=r"extra\.own\.rent, got 'extra\.own\.x'"):
            view.account("extra.own.x")
        return Actions.nothing(), memory

    own = made(rents, accounts={"rent": "cost"}, series={"x": "sum"})
    ledger = run(scenario(days=5).with_mechanism(own).with_programme("look", look))
    books = np.stack([ledger.contribution(), ledger.series["extra.own.rent"]])
    assert [view.shape[1] for view in seen] == list(range(5))
    assert np.array_equal(seen[-1], books[:, :4])
    assert books[1].tolist() == [700, 701, 702, 703, 704]


# --- mistakes --------------------------------------------------------------------------------------


def acting(act: Callable[[MechanismContext], Any]) -> Callable[..., Any]:
    def response(shop: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        act(shop)
        return {}

    return response


def late(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
    yield env.timeout(0.85)
    shop.book("rent", 1)


PARTS: dict[str, Any] = {"accounts": {"rent": "cost", "owed": "liability"}, "events": ("seen",)}


@pytest.mark.parametrize(
    ("mechanism", "part", "message"),
    [
        (made(lambda s, m: {"price": 1.01}), "response", "from 0 to 1 (more than the list price only with"),
        (made(lambda s, m: {"price": -0.1}, surcharge=True), "response", "price: expected factors from 0 to"),
        (made(lambda s, m: {"price": np.nan}), "response", "price: expected finite factors, got nan"),
        (made(lambda s, m: {"price": np.ones(3)}), "response", "price: expected one number, or one for each of"),
        (made(lambda s, m: {"off": 2.0}), "response", "off: expected whole cents, got float64 values"),
        (made(lambda s, m: {"off": -1}), "response", "off: expected cents off of at least 0 (more than"),
        (made(lambda s, m: {"prices": 1}), "response", "order or leave or price or off, got 'prices'"),
        (made(acting(lambda s: s.book("rent", 1.0)), **PARTS), "response", "book: rent: expected whole cents, got 1.0"),
        (made(acting(lambda s: s.book("rent", np.nan)), **PARTS), "response", "expected whole cents, got nan"),
        (made(acting(lambda s: s.book("rent", -1)), **PARTS), "response", "cents of at least 0, as it is a cost"),
        (made(acting(lambda s: s.book("rent", 10**16)), **PARTS), "response", "at most 1000000000000000 cents"),
        (made(acting(lambda s: s.book("rant", 1)), **PARTS), "response", "its accounts, rent, owed, got 'rant'"),
        (made(acting(lambda s: s.book("rent", 1))), "response", "no account, as it declares no"),
        (made(acting(lambda s: s.add("search", -1))), "response", "from 0 to 1000000 people a day, got -1"),
        (made(acting(lambda s: s.add("search", 1.5))), "response", "a whole number of people, got 1.5"),
        (made(acting(lambda s: s.add("serch", 1))), "response", "add: expected a source of the market"),
        (made(acting(lambda s: s.note("sean", [0])), **PARTS), "response", "one of its events, seen, got 'sean'"),
        (made(acting(lambda s: s.note("seen", [-1])), **PARTS), "response", "seen: person: expected places from 0 to"),
        (made(acting(lambda s: s.note("seen", [0], 0.5)), **PARTS), "response", "cents: expected whole cents"),
        (made(acting(lambda s: s.note("seen", [0], 0, 1.0)), **PARTS), "response", "an instant of day 0, got 1.0"),
        (made(acting(lambda s: s.column("x").fill(np.nan)), series={"x": "sum"}), "series", "x: expected finite"),
        (made(checkout=lambda s, o: o.due + 1), "checkout", "answer: expected at most what is due"),
        (made(checkout=lambda s, o: np.zeros(o.due.size)), "checkout", "expected whole cents, got float64"),
        (made(checkout=lambda s, o: None), "checkout", "answer: expected whole cents, got object values"),
        (made(series={"x": "sum"}), "series", "x: expected a column that the mechanism has asked for"),
        (made(shown=("x",)), "shown", "got none of this name"),
        (made(process=late, **PARTS), "process", "time: expected actions before the evening"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_mechanism_and_part(mechanism: Mechanism, part: str, message: str) -> None:
    with pytest.raises(AddedError, match=re.escape(message)) as caught:
        run(scenario(days=6).with_mechanism(mechanism))
    assert re.match(rf"mechanism 'own': {part}, day \d \(2026-01-0\d\): ", str(caught.value))
    assert "\n" not in str(caught.value)


def test_a_strategy_that_asks_for_what_is_not_shown() -> None:
    def ask(view: Any, memory: dict[str, Any]) -> Any:
        return view.extra("own", "worth"), memory

    world = scenario(days=2).with_programme("ask", ask)
    for shown, message in (
        ((), "extra: column: expected none"),
        (("balance",), "expected one of balance, got 'worth'"),
    ):
        with pytest.raises(AddedError, match=message):
            run(world.with_mechanism(made(shown=shown)))
    with pytest.raises(AddedError, match="extra: mechanism: expected none"):
        run(world)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"accounts": {"x": "revenue"}}, "accounts: x: expected one of income, cost, liability, got 'revenue'"),
        ({"accounts": ["x"]}, "mechanism 'own': accounts: expected a dictionary"),
        ({"series": {"x": "max"}}, "mechanism 'own': series: x: expected one of sum, mean"),
        ({"series": {"x": "sum"}, "accounts": {"x": "cost"}}, "series: expected another name than that of an account"),
        ({"events": ["seen"]}, "mechanism 'own': events: expected names in a tuple"),
        ({"events": ("seen", "seen")}, "events: expected each name once"),
        ({"shown": ("a b",)}, "shown: expected up to 60 letters"),
        ({"checkout": 3}, "mechanism 'own': checkout: expected a function, got 3"),
        ({"surcharge": 1}, "mechanism 'own': surcharge: expected True or False"),
    ],
)  # fmt: skip
def test_what_a_mechanism_cannot_be(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        scenario().with_mechanism(made(**parts))
