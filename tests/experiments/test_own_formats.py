"""Discount formats of one's own: what they are worth and cost, where they may be used, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import rehearse as rh
from experiments import compare
from experiments.execution.store import Store
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import plan_from
from scenarios import InputError, Question, get, load, resolved_toml, run_key
from sim import run
from sim.compiled import counted
from sim.law.offer_response import appeal_of, pull_of
from sim.scenario import Offer, Prize, Scenario
from tests.worlds import market, scenario

from .conftest import Ask

Share, Money = rh.units.Share, rh.units.Money
Floats = Any


@rh.offer(version="1")
class HalfSecond:
    """The second item at a part of its price."""

    off: Annotated[float, Share]
    """What is taken off the second item."""
    seconds: Annotated[float, Share]
    """Share of baskets with a second item."""
    effort: Annotated[float, rh.units.LogEffect] = 0.0
    """Log hazard that looking for a second item costs."""

    def saving(self, basket: float, response: Any, generosity: float) -> float:
        return generosity * self.seconds * self.off / 2.0

    def framing(self, basket: float, response: Any, depth: float) -> float:
        return 0.8

    def discount(self, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return np.where(chances < self.seconds, np.minimum(generosity * self.off / 2.0, 1.0) * baskets, 0.0)

    def words(self, money: Callable[[float], str], generosity: float) -> str:
        return f"{100 * generosity * self.off:.3g} % off the second item"


@rh.offer(version="1")
class PlainCut:
    depth: Annotated[float, Share]

    def saving(self, basket: float, response: Any, generosity: float) -> float:
        return generosity * self.depth

    def discount(self, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return generosity * self.depth * baskets


@rh.offer(version="1")
class Drawn:
    """One prize, as of a lottery."""

    chance: Annotated[float, Share]
    prize: Annotated[int, Money]

    def saving(self, basket: float, response: Any, generosity: float) -> float:
        return generosity * self.chance * self.prize / basket

    def framing(self, basket: float, response: Any, depth: float) -> float:
        return float((response.lottery.crossover / depth) ** response.lottery.slope)

    def discount(self, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return np.where(chances < self.chance, np.minimum(generosity * self.prize, baskets), 0.0)


@rh.offer(version="1")
class Present:
    cost: Annotated[int, Money]
    fit: Annotated[float, Share]

    def saving(self, basket: float, response: Any, generosity: float) -> float:
        return generosity * self.cost * self.fit * response.gift_value / basket

    def discount(self, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return 0

    def gift(self, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return generosity * self.cost


OFFER = "strategy.campaigns.rhythm.offer"
TOML = '{ format = "half_second", off = "50 %", seconds = "40 %" }'


def sale(offer: Offer, **more: Any) -> Scenario:
    plain = {OFFER: offer, "market.offers.effort": {}, "strategy.campaigns.rhythm.budget": None}
    return scenario({**plain, **more}, days=40)


def test_its_value_by_hand() -> None:
    response = market({"offers.elasticity": 2.0}).offers
    offer = Offer(HalfSecond(off=0.5, seconds=0.4, effort=0.05), generosity=2.0)
    appeal = appeal_of(offer, response, 9_000.0)
    assert appeal.depth == appeal.saving == pytest.approx(0.2)
    assert appeal.pull == pytest.approx(-2.0 * np.log(0.8) * 0.8)
    assert pull_of(offer, response, 9_000.0, 0.5) == pytest.approx(0.5 * appeal.pull - 0.05)


def test_value_and_cost_along_their_whole_range() -> None:
    """The mean discount over all chances is the saving; the pull rises with both keys and with generosity."""
    response, grid = market().offers, (np.arange(200) + 0.5) / 200
    shares, known = np.linspace(0.0, 1.0, 6), []
    for off in shares:
        for seconds in shares:
            own = HalfSecond(off=float(off), seconds=float(seconds))
            for basket in (100, 9_000, 10**9):
                given = own.redeemed(np.full(200, basket), (grid, grid), 1.0)
                assert given[:, 1].mean() / basket == pytest.approx(off * seconds / 2.0, abs=1e-9)
                assert np.all(given[:, 0] == basket)
                assert not given[:, 2].any()
            known.append([pull_of(Offer(own, generosity=m), response, 9_000.0) for m in (0.0, 0.5, 1.0, 2.0)])
    pulls = np.array(known).reshape(6, 6, 4)
    assert not pulls[..., 0].any()
    for axis in range(3):
        assert np.all(np.diff(pulls, axis=axis) >= 0.0)
        assert np.any(np.diff(pulls, axis=axis) > 0.0)


@pytest.mark.parametrize(
    ("own", "shipped", "other"),
    [
        (PlainCut(depth=0.1), Offer("percent", depth=0.1), PlainCut(depth=0.11)),
        (Drawn(chance=0.2, prize=4000), Offer("lottery", prizes=(Prize(0.2, 4000),)), Drawn(chance=0.2, prize=4100)),
        (Present(cost=900, fit=0.9), Offer("gift", cost=900, fit=0.9), Present(cost=900, fit=0.8)),
    ],
    ids=["percent", "lottery", "gift"],
)
def test_one_that_is_written_as_a_shipped_format_gives_its_run_to_the_bit(own: Any, shipped: Offer, other: Any) -> None:
    """At a generosity, under a limit of the shop that closes its offer budget."""
    limit = {"market.start_with": 2000, "strategy.limits.discount_budget": 3000.0}
    offers = Offer(own, generosity=1.3), replace(shipped, generosity=1.3), Offer(other, generosity=1.3)
    mine, its, others = (run(sale(offer, **limit)) for offer in offers)
    assert its.series["campaign_orders"].sum() > 20
    assert mine.fingerprint == its.fingerprint != others.fingerprint
    assert {name: series.sum() for name, series in mine.series.items()} == {
        name: series.sum() for name, series in its.series.items()
    }


def test_a_basket_that_is_filled_costs_more_and_brings_more() -> None:
    class Filled(HalfSecond):
        def filled(self, baskets: Floats, chances: Floats) -> Floats:
            return np.where(chances < 0.5, 2 * baskets, baskets)

    many = {"market.start_with": 4000, "strategy.limits.discount_budget": None}
    plain, more = (run(sale(Offer(one(off=0.5, seconds=0.4)), **many)).series for one in (HalfSecond, Filled))
    first = int(np.flatnonzero(plain["campaign_orders"])[0])
    assert more["orders"][first] == plain["orders"][first] > 20
    assert 1.2 < more["list_value"][first] / plain["list_value"][first] < 1.8
    assert 1.2 < more["discount"][first] / plain["discount"][first] < 1.8


def test_nothing_is_compiled_anew() -> None:
    said: list[int] = []
    run(sale(Offer("percent", depth=0.1)))
    with counted(said.append):
        run(sale(Offer(HalfSecond(off=0.5, seconds=0.4))))
    assert said == []


# --- in files --------------------------------------------------------------------------------------


@pytest.fixture
def asked(ask: Ask) -> Question:
    """The small question, one arm of which has the second item at half its price."""
    path = ask().path
    path.write_text(path.read_text().replace('{ format = "percent", depth = "12 %" }', TOML))
    return load(path, offers=[HalfSecond])


DEEP = "deep & <i>wide</i>"


def test_a_file_states_it_and_it_is_written_back(asked: Question, tmp_path: Path) -> None:
    own = asked.arms[DEEP].strategy.campaigns["rhythm"].offer
    assert own == Offer(HalfSecond(off=0.5, seconds=0.4))
    assert own.terms.words(str, 1.0) == "50 % off the second item"
    assert pickle.loads(pickle.dumps(own)) == own
    (tmp_path / "again.toml").write_text(resolved_toml(asked.arms[DEEP], asked))
    (again,) = load(tmp_path / "again.toml", offers=[HalfSecond]).arms.values()
    assert again.strategy.campaigns["rhythm"].offer == own
    with pytest.raises(InputError) as mistake:
        load(asked.path)
    assert mistake.value.place.endswith("campaigns.rhythm.offer.format")
    assert "--python FILE" in mistake.value.expected


def test_its_keys_are_paths_of_a_question(asked: Question) -> None:
    assert get(asked.arms[DEEP], f"{OFFER}.seconds") == 0.4
    one = asked.with_variants({"half": {OFFER: Offer(HalfSecond(off=0.5, seconds=0.4))}})
    half = one.with_values({f"{OFFER}.seconds": "30 %", f"{OFFER}.off": 0.6}).arms["half"]
    assert half.strategy.campaigns["rhythm"].offer == Offer(HalfSecond(off=0.6, seconds=0.3))
    for path, value in ((f"{OFFER}.depth", 0.1), (f"{OFFER}.seconds", 1.1)):
        with pytest.raises(InputError) as mistake:
            one.with_values({path: value})
        assert mistake.value.place.endswith(path)


def test_the_key_of_a_run_has_its_name_version_and_keys(asked: Question) -> None:
    def key(version: str | None, **keys: float) -> str:
        class Own(HalfSecond):
            pass

        Own.version = version
        return run_key(sale(Offer(Own(**{"off": 0.5, "seconds": 0.4, **keys}))))

    assert key("1") == key("1")
    assert len({key("1"), key("2"), key("1", off=0.4)}) == 3
    assert all(one.storable for one in plan_from(asked))
    assert not sale(Offer(made(PlainCut)(depth=0.1))).versioned


def made(own: Any, **methods: Any) -> Any:
    """The same without a version and with other methods; None takes one away."""
    plain = {name: vars(own.__mro__[1])[name] for name in ("saving", "discount", "__annotations__")}
    body = {name: one for name, one in (plain | methods).items() if one is not None}
    return rh.offer()(type("Own", (), body))


@pytest.mark.slow
def test_two_processes_and_the_store(asked: Question, tmp_path: Path) -> None:
    small = {"draws": 2, "replications": 1, "store": tmp_path / "runs"}
    first, again = compare(asked, jobs=2, **small), compare(asked, jobs=1, **small)
    assert (first.results.reused, again.results.reused) == (0, len(again.results.runs["draw"].unique()) * 2)
    assert first.results.runs.equals(again.results.runs)


# --- mistakes --------------------------------------------------------------------------------------


def without(*args: Any) -> Any:
    return None


MISTAKES: dict[str, tuple[Mapping[str, Any], str, str]] = {
    "no saving": ({"saving": None}, "offer own: saving", ""),
    "no discount": ({"discount": None}, "offer own: discount", ""),
    "other parameters": ({"discount": lambda self: 0}, "offer own: discount", "def discount(self)"),
    "no unit": ({"__annotations__": {"depth": float}}, "offer own: key depth", "\"<class 'float'>\""),
    "the key of any offer": ({"__annotations__": {"stock": Annotated[float, Share]}}, "offer own: key stock", ""),
    "a name of an offer": ({"__annotations__": {"percent": Annotated[float, Share]}}, "offer own: key percent", ""),
    "a name of the engine": ({"redeemed": without}, "offer own: redeemed", ""),
    "nan": ({"saving": lambda self, *of: np.nan}, ": offer own: saving", "nan"),
    "above one": ({"saving": lambda self, *of: 1.5}, ": offer own: saving", "1.5"),
    "no number": ({"saving": without}, ": offer own: saving", "None"),
    "an exception": ({"saving": lambda self, *of: 1 / 0}, ": offer own: saving", "ZeroDivisionError: division by zero"),
    "without generosity": ({"saving": lambda self, *of: 0.1}, ": offer own: saving", "0.1"),
    "above the basket": ({"discount": lambda self, b, c, g: 2 * g * b}, ": offer own: discount", "240 cents"),
    "below nothing": ({"discount": lambda self, b, c, g: -g * b}, ": offer own: discount", "-120 cents"),
    "nan cents": ({"discount": lambda self, *of: np.nan}, ": offer own: discount", "nan"),
    "of other people": ({"discount": lambda self, *of: [1, 2]}, ": offer own: discount", "shape (2,) for 300 baskets"),
    "an emptier basket": ({"filled": lambda self, b, c: b - 1}, ": offer own: filled", "119 cents"),
    "a gift that pays": ({"gift": lambda self, b, c, g: -g}, ": offer own: gift", "-1 cents"),
}


@pytest.fixture(scope="module")
def shop() -> Question:
    return rh.load("library:shop")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_names_its_part(name: str, shop: Question) -> None:
    methods, place, got = MISTAKES[name]

    def asked() -> Question:
        own = shop.with_offers(made(PlainCut, **methods))
        return own.with_variants({"own": {OFFER: {"format": "own", "depth": "10 %"}}})

    with pytest.raises(InputError) as mistake:
        asked()
    assert mistake.value.place.endswith(place)
    assert mistake.value.got.startswith(got)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ({"dept": "10 %"}, "dept"),
        ({}, "depth"),
        ({"depth": "130 %"}, "depth"),
        ({"depth": "10 %", "off": "5 CNY"}, "off"),
        ({"depth": "10 %", "stacks": True}, "stacks"),
    ],
)
def test_a_wrong_key_is_named(stated: dict[str, Any], key: str, shop: Question) -> None:
    with pytest.raises(InputError) as mistake:
        shop.with_offers(PlainCut).with_variants({"own": {OFFER: {"format": "plain_cut", **stated}}})
    assert mistake.value.place.endswith(f"offer.{key}")


def test_names_must_differ() -> None:
    for make in (partial(rh.offer(), type("Percent", (), {})), partial(rh.offer(version=" "), type("Own", (), {}))):
        with pytest.raises(InputError):
            make()
    with pytest.raises(InputError, match="two formats of one name"):
        rh.load("library:shop", offers=[made(PlainCut), made(PlainCut)])
    with pytest.raises(InputError, match="classes under"):
        rh.load("library:shop", offers=[Offer])  # type: ignore[list-item]


def test_what_is_found_in_a_run_stops_the_question(asked: Question, tmp_path: Path) -> None:
    def discount(self: Any, baskets: Floats, chances: Floats, generosity: float) -> Floats:
        return np.where(baskets % 7 == 3, 2.0, 0.1) * generosity * baskets

    own = made(PlainCut, discount=discount)
    wrong = asked.with_offers(own).with_variants({"own": {OFFER: Offer(own(depth=0.1))}})
    with pytest.raises(InputError) as mistake:
        execute(plan_from(wrong), jobs=1, store=Store(tmp_path / "runs"))
    assert mistake.value.place == "offer own: discount, arm 'own', draw 0, replication 0"
