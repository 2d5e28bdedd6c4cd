"""Strategies as plain functions: what they are shown, what they may do, and that a file could have done the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from sim import Actions, Offer, run
from sim.draws import Decision, daily, uniform
from sim.engine import advance, open_run
from sim.extend.person_columns import AddedError
from sim.people import customer_columns
from sim.scenario import Limits, Outreach, Range, Rhythm, Scenario, Who
from sim.scenario.strategy_function import PublicView
from sim.state.view import view_of
from tests.worlds import START, scenario

Memory = dict[str, Any]
Answer = tuple[Actions, Memory]


def nothing(view: PublicView, memory: Memory) -> Answer:
    return Actions.nothing(), memory


def watching(look: Callable[[PublicView, Memory], object]) -> Callable[[PublicView, Memory], Answer]:
    """A strategy that only looks."""

    def strategy(view: PublicView, memory: Memory) -> Answer:
        look(view, memory)
        return Actions.nothing(), memory

    return strategy


# --- when and with what ----------------------------------------------------------------------------


def test_it_is_called_every_midnight_with_what_it_returned_the_day_before() -> None:
    dates, handed = [], []

    def counting(view: PublicView, memory: Memory) -> Answer:
        dates.append(view.today)
        handed.append(memory.get("calls", 0))
        return Actions.nothing(), {"calls": memory.get("calls", 0) + 1}

    world = scenario(days=7).with_programme("counting", counting)
    run(world)
    assert dates == [START + timedelta(days=day) for day in range(7)]
    assert handed == list(range(7))
    run(world)
    assert handed == [*range(7), *range(7)], "a run must start with an empty memory"


def test_doing_nothing_changes_no_bit() -> None:
    assert run(scenario().with_programme("idle", nothing)).fingerprint == run(scenario()).fingerprint


PLANS = {
    "care": Outreach("direct", "care", every=Rhythm(10.0), who=Who(tenure=Range(high=40.0)), at=0.75),
    "a coupon": Outreach(
        "direct", "offer", every=Rhythm(7.0), at=0.4, items=2, style="personal", testimony=True, topic="tea",
        offer=Offer.percent(0.2, valid=5.0, budget=20_000),
    ),
    "a channel that closes itself": Outreach("moments", "offer", every=Rhythm(2.0), who=Who(engaged=("active",))),
}  # fmt: skip


def as_function(plan: Outreach) -> Callable[[PublicView, Memory], Answer]:
    assert plan.every is not None
    every, content = plan.every.value, plan.content
    assert content is not None

    def strategy(view: PublicView, memory: Memory) -> Answer:
        if view.day % every:
            return Actions.nothing(), memory
        return Actions.touch(
            view.person[view.matches(plan.who)], channel=plan.channel, content=content, offer=plan.offer, at=plan.at,
            items=plan.items, style=plan.style, topic=plan.topic, testimony=plan.testimony,
        ), memory  # fmt: skip

    return strategy


@pytest.mark.parametrize("limits", [Limits(), Limits(touches_per_30d=4, contact_gap=2)], ids=["free", "limited"])
@pytest.mark.parametrize("name", PLANS)
def test_a_function_that_does_what_a_file_does_tells_the_same_events(name: str, limits: Limits) -> None:
    plain = scenario({"strategy.outreach": {}, "strategy.limits": limits, "market.media.moments.leaves": "channel"})
    by_file = replace(plain, strategy=replace(plain.strategy, outreach={"one": PLANS[name]}))
    by_function = plain.with_programme("one", as_function(PLANS[name]))
    one, other = run(by_file), run(by_function)
    assert one.fingerprint == other.fingerprint
    assert all(np.array_equal(one.series[account], other.series[account]) for account in one.series)
    assert one.fingerprint != run(plain).fingerprint


# --- what it sees ----------------------------------------------------------------------------------

SEEN = (
    "account", "contribution", "costs", "day", "engaged", "extra", "last_touch", "matches", "note", "orders",
    "own_cycle", "person", "queue", "recency", "recency_own_cycles", "rfm", "running", "silence", "source", "spent",
    "tag", "tenure", "tier", "today", "uniform",
)  # fmt: skip
OF_THE_SHOP = (
    "account", "contribution", "costs", "day", "extra", "matches", "note", "queue", "running", "today", "uniform",
)  # fmt: skip
COLUMNS = tuple(name for name in SEEN if name not in OF_THE_SHOP)
HIDDEN = ("lam", "mu", "nu", "kappa", "delta", "sigma", "fit", "interest", "trust", "attention", "fatigue", "habit",
          "order_left", "drift_left", "delete_left", "problem_left", "waiting", "debt")  # fmt: skip


def test_no_hidden_trait_is_in_the_public_view() -> None:
    """Everything that is public, by its name and by its values, on the last day of a busy run."""
    found: list[dict[str, Any]] = []

    def look(view: PublicView, memory: Memory) -> None:
        public = {name: getattr(view, name) for name in dir(view) if not name.startswith("_")}
        found.append(public | {"note": view.note("x"), "uniform": view.uniform("x"), "matches": view.matches(Who())})

    opened = open_run(scenario(days=30).with_programme("looking", watching(look)))
    for day in range(1, 31):
        advance(opened, day)
        if day < 30:
            found.clear()
    assert set(found[0]) == set(SEEN)
    assert not set(SEEN) & set(HIDDEN)
    assert set(HIDDEN) < set(customer_columns.COLUMNS)
    people = opened.state.population
    for name in HIDDEN:
        hidden = people.column(name)
        for seen in COLUMNS:
            shown = found[0][seen]
            assert not np.shares_memory(shown, hidden)
            if name not in ("fit", "interest") and shown.dtype.kind == "f":
                assert not np.array_equal(shown, hidden[found[0]["person"]]), (name, seen)


def test_columns_tell_of_contacts_what_the_shop_knows() -> None:
    days: list[int] = []

    def look(view: PublicView, memory: Memory) -> None:
        theirs = view_of(opened.state)
        rows = np.flatnonzero(theirs.contacts)
        assert np.array_equal(view.person, rows)
        for name in ("orders", "spent", "tenure", "recency", "own_cycle", "last_touch", "silence"):
            assert np.array_equal(getattr(view, name), getattr(theirs, name)[rows]), name
        for key in ("engaged", "tier", "rfm", "source", "tag"):
            labels = getattr(view, key)
            for label in set(labels.tolist()) - {""}:
                alike = view.matches(replace(Who(), **{key: (label,)}))  # type: ignore[arg-type]
                assert np.array_equal(labels == label, alike), (key, label)
        days.append(theirs.contacts.size - rows.size)

    opened = open_run(scenario(days=40).with_programme("looking", watching(look)))
    advance(opened, 40)
    assert days[0] == 0
    assert days[-1] > 0, "somebody must have left, or the rows say nothing"


def test_writing_to_a_column_writes_to_nobody() -> None:
    def vandal(view: PublicView, memory: Memory) -> Answer:
        for name in COLUMNS:
            if name != "person":
                getattr(view, name)[:] = getattr(view, name)[0]
        with pytest.raises(ValueError, match="read-only"):
            view.person[:] = 0
        return Actions.nothing(), memory

    assert run(scenario().with_programme("vandal", vandal)).fingerprint == run(scenario()).fingerprint


def test_uniforms_belong_to_person_day_and_name() -> None:
    drawn: list[tuple[int, Any, Any, Any]] = []

    def look(view: PublicView, memory: Memory) -> None:
        first = view.uniform("a")
        assert np.array_equal(view.uniform("a"), first)
        drawn.append((view.day, view.person, first, view.uniform("b")))

    opened = open_run(scenario(days=20, seed=5).with_programme("looking", watching(look)))
    advance(opened, 20)
    identity = opened.state.population.column("identity")
    for day, person, a, b in drawn[::7]:
        for name, values in (("a", a), ("b", b)):
            expected = [uniform(5, 0, int(identity[p]), Decision.PROGRAMME, daily(name, day)) for p in person[:5]]
            assert values[:5].tolist() == expected
    assert not np.array_equal(drawn[0][2], drawn[0][3])
    assert len({day[2][0] for day in drawn}) == 20


def test_notes_are_kept_and_grow_with_the_population() -> None:
    sizes: list[int] = []

    def noting(view: PublicView, memory: Memory) -> Answer:
        seen = view.note("first seen")
        known = np.isin(view.person, memory.get("known", ()))
        assert np.array_equal(np.isnan(seen), ~known)
        assert np.all(seen[known] < view.day)
        sizes.append(view.person.size)
        fresh = view.person[~known]
        return Actions.note(fresh, "first seen", view.day), {"known": np.union1d(memory.get("known", ()), fresh)}

    run(scenario(days=40).with_programme("noting", noting))
    assert sizes[-1] > sizes[0], "somebody must have been added"


# --- what it does ----------------------------------------------------------------------------------


def test_touches_are_joined_with_plus_and_paid_for() -> None:
    def twice(view: PublicView, memory: Memory) -> Answer:
        if view.day:
            return Actions.nothing(), memory
        early = Actions.touch(view.person[:7], channel="direct", content="value", at=0.3)
        late = Actions.touch(view.person[3:9], channel="moments", content="value", at=0.6)
        return early + Actions.touch(view.person[:5], channel="moments", content="care", at=0.3) + late, memory

    changes = {"strategy.outreach": {}, "strategy.campaigns": {}, "strategy.limits": Limits()}
    quiet = scenario(changes | {"market.optout.per_message": 0.0}, days=3)
    series = run(quiet.with_programme("twice", twice)).series
    cost = {name: medium.cost for name, medium in quiet.market.media.items()}
    made = {name: medium.production for name, medium in quiet.market.media.items()}
    assert series["touches"].tolist() == [18, 0, 0]
    assert series["message_cost"].tolist() == [7 * cost["direct"] + 11 * cost["moments"], 0, 0]
    assert series["content_cost"].tolist() == [made["direct"] + 2 * made["moments"], 0, 0], "posts at two hours"


def test_nobody_who_has_left_is_written_to() -> None:
    """A strategy that keeps writing to everybody it ever met, and is given up by some."""
    wrote: list[np.ndarray[Any, np.dtype[np.bool_]]] = []

    def stubborn(view: PublicView, memory: Memory) -> Answer:
        met = np.union1d(memory.get("met", np.empty(0, dtype=np.int64)), view.person)
        return Actions.touch(met, channel="direct", content="offer"), {"met": met}

    def spying(view: PublicView, memory: Memory) -> Answer:
        wrote.extend(touch.who for touch in opened.state.planned.touches if touch.programme == "programmes.mine")
        assert np.array_equal(wrote[-1], view_of(opened.state).contacts)
        return Actions.nothing(), memory

    world = scenario({"strategy.outreach": {}, "market.optout.per_message": 0.05}, days=40)
    opened = open_run(world.with_programme("mine", stubborn).with_programme("spying", spying))
    advance(opened, 40)
    assert len(wrote) == 40
    assert np.count_nonzero(~wrote[-1]) > 5, "some must have left"


def test_an_offer_is_a_coupon_with_a_budget() -> None:
    def giving(offer: Offer) -> Callable[[PublicView, Memory], Answer]:
        return lambda view, memory: (
            Actions.touch(view.person, channel="direct", content="offer", offer=offer),
            memory,
        )

    bare = ("strategy.campaigns", "strategy.outreach", "strategy.acquisition")
    plain = scenario({path: {} for path in bare} | {"strategy.welcome": None})
    assert run(plain).series["discount"].sum() == 0
    free = run(plain.with_programme("giving", giving(Offer.percent(0.3, valid=10)))).series
    tight = run(plain.with_programme("giving", giving(Offer.percent(0.3, valid=10, budget=9000)))).series
    assert free["coupon_orders"].sum() > 5
    assert 0 < tight["discount"].sum() <= 9000 < free["discount"].sum()


# --- mistakes --------------------------------------------------------------------------------------


def message_of(strategy: Callable[[PublicView, Memory], Any]) -> str:
    with pytest.raises(AddedError) as caught:
        run(scenario(days=5).with_programme("mine", strategy))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def touching(**changes: Any) -> Callable[[PublicView, Memory], Answer]:
    how: dict[str, Any] = {"channel": "direct", "content": "care"} | changes
    person = how.pop("person", None)
    return lambda view, memory: (Actions.touch(view.person if person is None else person, **how), memory)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (touching(channel="telegram"), "got 'telegram'"),
        (touching(content="spam"), "got 'spam'"),
        (touching(topic="wine"), "got 'wine'"),
        (touching(at=1.0), "got 1.0"),
        (touching(items=0), "got 0"),
        (touching(style="loud"), "got 'loud'"),
        (touching(offer=Offer.percent(0.1)), "valid: "),
        (touching(offer=Offer("percent", valid=3.0)), "depth: "),
        (touching(offer=Offer("percent", depth=2.0, valid=3.0)), "got 2.0"),
        (touching(person=np.array([True, False])), "got bool"),
        (touching(person=[10**6]), "got 1000000"),
        (touching(person=[-1]), "got -1"),
        (lambda view, memory: Actions.nothing(), "got Actions"),
        (lambda view, memory: (Actions.nothing(), None), "got Actions and NoneType"),
        (lambda view, memory: None, "got NoneType"),
        (lambda view, memory: (Actions.note([10**6], "x", 1.0), memory), "got 1000000"),
    ],
)  # fmt: skip
def test_mistakes_name_the_strategy_and_the_day(strategy: Callable[[PublicView, Memory], Any], message: str) -> None:
    text = message_of(strategy)
    assert text.startswith("programme 'mine', day 0 (2026-01-01): ")
    assert message in text


def test_nothing_is_sent_in_the_quiet_hours() -> None:
    quiet = scenario({"strategy.limits.quiet": (0.9, 0.3), "strategy.outreach": {}, "strategy.campaigns": {}}, days=5)
    with pytest.raises(AddedError, match=r"^programme 'mine'.*at: .*got"):
        run(quiet.with_programme("mine", touching(at=0.1)))
    assert run(quiet.with_programme("mine", touching(at=0.3))).series["touches"].sum() > 0


def test_a_fault_of_ones_own_has_its_day_and_its_cause() -> None:
    def late(view: PublicView, memory: Memory) -> Answer:
        return Actions.nothing(), {"share": 1 / (3 - view.day)}

    with pytest.raises(
        AddedError, match=re.escape("programme 'late', day 3 (2026-01-04): ZeroDivisionError")
    ) as caught:
        run(scenario(days=5).with_programme("late", late))
    causes: list[BaseException | None] = [caught.value]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__)
    assert any(isinstance(cause, ZeroDivisionError) for cause in causes)


def test_a_run_has_room_for_so_many_coupons() -> None:
    def restless(view: PublicView, memory: Memory) -> Answer:
        depths = np.linspace(0.01, 0.5, 1001)
        touches = [
            Actions.touch(view.person[:1], channel="direct", content="offer", offer=Offer.percent(float(d), valid=2))
            for d in depths
        ]
        return sum(touches, Actions.nothing()), memory

    assert "offer: expected at most 1000 " in message_of(restless)


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: Offer.percent(1.2), "depth: ~1.2"),
        (lambda: Offer.amount(10.5), "off: ~10.5"),  # type: ignore[arg-type]
        (lambda: Offer.threshold([(0, 5)]), "spend: ~0"),
        (lambda: Offer.lottery([(0.9, 100), (0.2, 5)]), "prizes: ~110 %"),
        (lambda: Offer.flash(0.2), "stock: ~none"),
        (lambda: Offer.gift(500, 1.5), "fit: ~1.5"),
        (lambda: Offer.trial(-1, 900), "price: ~-1"),
        (lambda: Offer.prebook(500, 400.0), "ships_after: ~400.0"),
        (lambda: Offer.percent(0.1, valid=0.5), "valid: ~0.5"),
    ],
)  # fmt: skip
def test_offers_out_of_range_are_refused(make: Callable[[], Offer], parts: str) -> None:
    """The key comes first, and what was got last."""
    key, got = parts.split("~")
    with pytest.raises(ValueError, match=f"^{re.escape(key)}.*{re.escape(got)}$"):
        make()


def test_names_are_plain() -> None:
    with pytest.raises(ValueError, match=r"got 'two words'$"):
        scenario().with_programme("two words", nothing)


def test_one_strategy_more_is_another_scenario() -> None:
    world: Scenario = scenario()
    more = world.with_programme("idle", nothing, version="1").with_programme("other", nothing)
    assert world.programmes == {}
    assert (world.versioned, more.versioned) == (True, False)
    assert replace(more, programmes={"idle": more.programmes["idle"]}).versioned
