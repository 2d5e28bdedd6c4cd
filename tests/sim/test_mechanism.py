"""Added mechanisms: nothing at zero effect, exactly a rate's factor at a constant one, and nothing compiled anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim import Ledger, Mechanism, run
from sim.day.day import simulate_day
from sim.draws import Decision, daily, uniform
from sim.engine import advance, open_run
from sim.extend.mechanism_context import MechanismContext
from sim.extend.person_columns import AddedError
from sim.scenario import Market, Scenario
from sim.shards.shardable import check_shards
from sim.stages import Event
from tests.worlds import changed, scenario

Response = Callable[[MechanismContext, Market], Mapping[str, npt.ArrayLike]]


def constant(order: float = 0.0, leave: float = 0.0) -> Mechanism:
    return Mechanism("constant", None, lambda people, market: {"order": order, "leave": leave})


def raining(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
    while True:
        shop.column("rain")[:] = shop.uniform_today("rain") < 0.3
        yield env.timeout(1)


def lift(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
    return {"order": np.where(people.column("rain"), market.extra["rain_lift"], 0.0)}


RAIN = Mechanism("rain", raining, lift, version="1")


def wet(amount: float) -> Scenario:
    return scenario({"market.extra": {"rain_lift": amount}})


def rows_of(ledger: Ledger) -> list[tuple[int, int, int, int, float]]:
    """Person, day, kind, cents, instant."""
    assert ledger.events is not None
    columns = (ledger.events[name].tolist() for name in ("person", "day", "kind", "cents", "instant"))
    return sorted(zip(*columns, strict=True))


# --- nothing, and exactly something ----------------------------------------------------------------


def test_zero_effect_changes_no_bit() -> None:
    plain = run(scenario())
    for mechanism in (constant(), RAIN, Mechanism("none", None, lambda people, market: {})):
        assert run(wet(0.0).with_mechanism(mechanism)).fingerprint == plain.fingerprint, mechanism.name
    assert run(wet(1.0).with_mechanism(RAIN)).fingerprint != plain.fingerprint


def test_effects_of_several_are_summed() -> None:
    opposed = scenario().with_mechanism(constant(order=0.5))
    opposed = opposed.with_mechanism(Mechanism("against", None, lambda people, market: {"order": -0.5}))
    assert run(opposed).fingerprint == run(scenario()).fingerprint
    assert run(scenario().with_mechanism(constant(order=0.5))).fingerprint != run(scenario()).fingerprint


@pytest.mark.parametrize(
    ("mechanism", "path"),
    [
        (constant(order=np.log(1.7)), "market.need.order_rate.mean"),
        (constant(leave=np.log(1.7)), "market.need.dropout_rate.mean"),
    ],
    ids=["order", "leave"],
)
def test_a_constant_effect_is_a_rate_with_a_factor(mechanism: Mechanism, path: str) -> None:
    """Among buyers, since leads have a hazard of their own, and but for interactions, which `order` moves as well."""
    buyers = {"strategy.acquisition": {}, "market.start_with": 300, "market.engagement.rate": 0.0}
    world = scenario(buyers, days=90)
    need = world.market.need
    rate = need.order_rate.mean if "order" in path else need.dropout_rate.mean
    ours = rows_of(run(world.with_mechanism(mechanism), events=True))
    theirs = rows_of(run(changed(world, {path: 1.7 * rate}), events=True))
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]
    assert np.allclose([row[4] for row in ours], [row[4] for row in theirs], rtol=0.0, atol=1e-7)
    assert ours != rows_of(run(world, events=True))


def test_leads_feel_it_too() -> None:
    world = scenario({"market.start_with": 0, "market.sources.search.exposures": 30.0}, days=30)
    world = changed(world, {"strategy.acquisition.search.budget": None, "strategy.acquisition.search.daily_cap": None})
    first = [
        run(world.with_mechanism(constant(order=effect))).series["first_orders"].sum() for effect in (-30.0, 0.0, 1.0)
    ]
    assert first[0] == 0 < first[1] < first[2]


def test_an_effect_on_some_leaves_the_others_alone() -> None:
    """Nothing but the desk, the shop's till and the shop's cycle couples people; the first two are switched off."""
    free: dict[str, Any] = {
        "strategy.service.agents": None,
        "strategy.limits.discount_budget": None,
        "strategy.campaigns": {},
    }
    world = scenario(free)

    def some(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        return {"order": np.where(people.person("identity") % np.uint64(2) == 0, 1.0, 0.0)}

    ours = rows_of(run(world.with_mechanism(Mechanism("some", None, some)), events=True))
    theirs = rows_of(run(world, events=True))
    assert [row for row in ours if row[0] % 2] == [row for row in theirs if row[0] % 2]
    assert [row for row in ours if not row[0] % 2] != [row for row in theirs if not row[0] % 2]


def test_nothing_is_compiled_anew() -> None:
    run(scenario())
    before = len(simulate_day.signatures)  # type: ignore[attr-defined]
    assert before > 0
    run(wet(0.7).with_mechanism(RAIN).with_mechanism(constant(leave=0.2)))
    assert len(simulate_day.signatures) == before  # type: ignore[attr-defined]


def test_pieces_and_threads_change_nothing() -> None:
    world = wet(0.7).with_mechanism(RAIN)
    opened = open_run(world)
    for day in (1, 2, 30, world.run.days):
        advance(opened, day)
    assert opened.state.books.log.fingerprint == run(world).fingerprint == run(world, threads=2).fingerprint


# --- what it has -----------------------------------------------------------------------------------


def test_columns_are_its_own_and_grow() -> None:
    sizes: list[int] = []

    def counting(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
        while True:
            nights = shop.column("nights")
            assert nights.shape == (shop.size,)
            assert np.array_equal(
                nights, np.clip(shop.day - 1 - shop.person("added").clip(0), 0, shop.day) * (nights > 0)
            )
            nights[shop.person("added") < shop.day] += 1
            sizes.append(shop.size)
            yield env.timeout(1)

    def answer(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        assert people.column("elsewhere").max() == 0.0
        assert people.column("nights").max() == people.day
        return {}

    world = scenario().with_mechanism(Mechanism("counting", counting, answer))
    world = world.with_mechanism(Mechanism("another", None, lambda p, market: {"order": p.column("nights")}))
    assert run(world).fingerprint == run(scenario()).fingerprint
    assert len(sizes) == world.run.days
    assert sizes[-1] > sizes[0]


def test_todays_uniforms_belong_to_the_day_the_name_and_the_person() -> None:
    drawn: list[tuple[int, float, float, npt.NDArray[np.float64]]] = []

    def look(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        drawn.append((people.day, people.uniform_today("a"), people.uniform_today("b"), people.uniforms_today("a")))
        return {}

    opened = open_run(scenario(days=10, seed=3).with_mechanism(Mechanism("looking", None, look)))
    advance(opened, 10)
    identity = opened.state.population.column("identity")
    for day, a, b, each in drawn:
        assert a == uniform(3, 0, 0, Decision.MECHANISM, daily("a", day))
        assert b == uniform(3, 0, 0, Decision.MECHANISM, daily("b", day))
        assert each[4] == uniform(3, 0, int(identity[4]), Decision.MECHANISM, daily("a", day))
    assert len({day[1] for day in drawn}) == 10


def test_it_may_read_what_is_hidden_and_cannot_change_it() -> None:
    def vandal(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        assert people.person("delta").std() > 0.0
        people.person("trust")[:] = 9.0
        assert people.today.toordinal() - people.day == scenario().run.start.toordinal()
        assert people.view.contacts.shape == (people.size,)
        return {}

    assert run(scenario().with_mechanism(Mechanism("vandal", None, vandal))).fingerprint == run(scenario()).fingerprint


# --- relations that ended ---------------------------------------------------------------------------


UNHAPPY = {
    "market.service.problems_per_order": 0.6,
    "market.service.stop.base": 1.0,
    "market.optout.background": 0.004,
    "market.start_with": 200,
}


def hearing(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
    """Who was in a dispute yesterday is talked about; talk is forgotten by a fifth a day."""
    while True:
        shop.column("talk")[:] *= 0.8
        shop.column("talk")[:] += np.count_nonzero(shop.ended.reason == "disputed")
        yield env.timeout(1)


def put_off(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
    return {"order": -market.extra["per_dispute"] * people.column("talk")}


TALK = Mechanism("talk", hearing, put_off, version="1")


def talked_about(effect: float, more: Mapping[str, Any] | None = None) -> Scenario:
    return scenario({"market.extra": {"per_dispute": effect}, **UNHAPPY, **(more or {})}).with_mechanism(TALK)


def test_relations_that_ended_yesterday_are_those_of_the_event_log() -> None:
    read: list[tuple[int, int, float, str]] = []

    def look(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
        ended = people.ended
        assert np.array_equal(people.person("identity")[ended.person], ended.identity)
        assert (np.diff(ended.instant) >= 0.0).all()
        read.extend(
            zip(
                ended.identity.tolist(),
                [people.day - 1] * len(ended.reason),
                ended.instant.tolist(),
                ended.reason.tolist(),
                strict=True,
            )
        )
        return {}

    ledger = run(scenario(UNHAPPY).with_mechanism(Mechanism("looking", None, look)), events=True)
    names = {Event.DRIFT: "drifted", Event.DELETE: "deleted", Event.DISPUTE: "disputed"}
    logged = [
        (person, day, instant, names[Event(kind)])
        for person, day, kind, _, instant in rows_of(ledger)
        if kind in names and day < ledger.days - 1
    ]
    assert sorted(read) == sorted(logged)
    assert {reason for *_, reason in read} == set(names.values())


def test_talk_of_disputes_costs_the_orders_of_others_and_without_disputes_there_is_none() -> None:
    """In the twin no complaint ends a relation, so that the mechanism hears nothing."""
    orders = [run(talked_about(effect)).series["orders"].sum() for effect in (0.0, 0.05, 0.2, 2.0, 50.0)]
    assert (np.diff(orders) < 0).all()
    assert run(talked_about(0.0)).fingerprint == run(scenario(UNHAPPY)).fingerprint
    calm = {"market.service.stop.base": -20.0, "market.service.dispute_share": 0.0}
    assert run(talked_about(50.0, calm)).fingerprint == run(scenario({**UNHAPPY, **calm})).fingerprint


def test_ended_relations_are_the_same_for_pieces_and_threads_and_refused_in_shards() -> None:
    world = talked_about(0.2)
    opened = open_run(world)
    for day in (1, 2, 30, world.run.days):
        advance(opened, day)
    assert opened.state.books.log.fingerprint == run(world).fingerprint == run(world, threads=2).fingerprint
    with pytest.raises(ValueError, match=r"a mechanism is a function in Python.*got 2 and talk"):
        check_shards(world, 2)


# --- mistakes --------------------------------------------------------------------------------------


def no_yield(env: Any, shop: MechanismContext) -> Any:
    return None


def breaks(env: Any, shop: MechanismContext) -> Generator[Any, Any, None]:
    yield env.timeout(2)
    shop.column("x")[10**6] = 1.0


def nothing(people: MechanismContext, market: Market) -> Mapping[str, npt.ArrayLike]:
    return {}


@pytest.mark.parametrize(
    ("mechanism", "day", "message"),
    [
        (Mechanism("bad", None, lambda p, m: {"orders": 1.0}), 0, "got 'orders'"),
        (Mechanism("bad", None, lambda p, m: {"order": np.ones(3)}), 0, "one number, or one for each of 60 people"),
        (Mechanism("bad", None, lambda p, m: {"leave": np.nan}), 0, "got nan"),
        (Mechanism("bad", None, lambda p, m: 1.0), 0, "got float"),  # type: ignore
        (Mechanism("bad", None, lambda p, m: {"order": p.person("attitude")}), 0, "got 'attitude'"),
        (Mechanism("bad", None, lambda p, m: {"order": m.extra["rain_lift"]}), 0, "KeyError: 'rain_lift'"),
        (Mechanism("bad", no_yield, nothing), 0, "got None"),
        (Mechanism("bad", breaks, nothing), 2, "IndexError: index 1000000 is out of bounds"),
    ],
)  # fmt: skip
def test_mistakes_name_the_mechanism_and_the_day(mechanism: Mechanism, day: int, message: str) -> None:
    with pytest.raises(AddedError, match=re.escape(message)) as caught:
        run(scenario(days=5).with_mechanism(mechanism))
    assert re.match(rf"mechanism 'bad': (process|response), day {day} \(2026-01-0{day + 1}\): ", str(caught.value))
    assert "\n" not in str(caught.value)


def test_names_are_plain_and_one_more_is_another_scenario() -> None:
    with pytest.raises(ValueError, match=r"got ''$"):
        scenario().with_mechanism(replace(RAIN, name=""))
    assert scenario().mechanisms == {}
    assert scenario().with_mechanism(RAIN).versioned
    assert not scenario().with_mechanism(constant()).versioned
