"""Questions with strategies and mechanisms in Python: one market, stored runs, several processes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import compare
from experiments.execution.python_functions import _warned_of
from experiments.execution.store import Store
from scenarios import InputError, OwnStrategy, Question, load, resolved_toml, run_key, strategy
from scenarios.values.added_functions import by_name
from sim import Actions, Mechanism, Offer
from sim.scenario.strategy_function import PublicView

SMALL = """
extends = "library:shop"

[market]
start_with = 200
extra.rain_lift = 0.3

[run]
start        = 2026-01-01
horizon      = "40 d"
cool_down    = "0 d"
draws        = 2
replications = 1
"""
Memory = dict[str, Any]
Answer = tuple[Actions, Memory]


def weekly(view: PublicView, memory: Memory, depth: float = 0.1) -> Answer:
    chosen = view.person[(view.uniform("weekly") < 1 / 7) & (view.orders >= 1)]
    return Actions.touch(chosen, channel="direct", content="offer", offer=Offer.percent(depth=depth, valid=7)), memory


@strategy(name="once-a-week", version="1")
def decorated(view: PublicView, memory: Memory) -> Answer:
    return weekly(view, memory, 0.2)


def never(view: PublicView, memory: Memory) -> Answer:
    return Actions.nothing(), memory


def rain(people: Any, market: Any) -> dict[str, Any]:
    return {"order": np.where(people.uniform_today("rain") < 0.3, market.extra["rain_lift"], 0.0)}


@pytest.fixture
def shop(tmp_path: Path) -> Question:
    (tmp_path / "shop.toml").write_text(SMALL, encoding="utf-8")
    return load(tmp_path / "shop.toml")


def arms(shop: Question, function: Callable[..., Answer] = weekly, version: str | None = "1") -> dict[str, Question]:
    return {"as is": shop, "weekly": shop.with_programme("weekly", function, version=version)}


def test_loaded_files_compare_by_name_with_their_beliefs(shop: Question) -> None:
    answer = compare(arms(shop), jobs=1)
    assert [strategy.name for strategy in answer.strategies] == ["as is", "weekly"]
    assert answer.draws == 2
    assert not any("no market number is uncertain" in warning for warning in answer.warnings)
    touches = answer.results.series.groupby("variant")["touches"].sum()
    assert touches["weekly"] > touches["as is"]
    assert len(answer.to_frame()) == 1


def test_arms_share_market_and_run(shop: Question, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(SMALL.replace("200", "300"), encoding="utf-8")
    (tmp_path / "belief.toml").write_text(
        SMALL + '\n[market.trust]\nhalf_life = { median = "90 d", p5 = "80 d", p95 = "100 d" }\n', encoding="utf-8"
    )
    for other, got in (
        (load(tmp_path / "other.toml"), "different market or run in 'a' and 'b'"),
        (load(tmp_path / "belief.toml"), "different beliefs in 'a' and 'b'"),
        (shop.with_mechanism(Mechanism("rain", None, rain)), "different mechanisms in 'a' and 'b'"),
        (shop.arms["base"], "different beliefs in 'a' and 'b'"),
    ):
        with pytest.raises(InputError) as caught:
            compare({"a": shop, "b": other})  # type: ignore[dict-item]
        assert caught.value.got == got
    with pytest.raises(InputError) as caught:
        compare({"a": shop, "b": load("library:campaign_rhythm")})
    assert caught.value.place == "b"
    assert caught.value.got.startswith("4 from ")


def test_a_mechanism_is_in_the_world_of_all_arms(shop: Question) -> None:
    wet = shop.with_mechanism(Mechanism("rain", None, rain, version="1"))
    dry, rainy = compare(arms(shop), jobs=1, draws=1), compare(arms(wet), jobs=1, draws=1)
    for arm in ("as is", "weekly"):
        orders = [answer.results.series.groupby("variant")["orders"].sum()[arm] for answer in (dry, rainy)]
        assert orders[1] > orders[0]


def test_runs_with_a_version_are_stored_and_others_are_not(
    shop: Question, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _warned_of.clear()
    runs = tmp_path / ".runs"
    assert compare(arms(shop), jobs=1, out=tmp_path / "out").results.reused == 0
    assert compare(arms(shop), jobs=1, store=runs).results.reused == 6
    assert capsys.readouterr().err == ""
    stored = Store(runs).keys()
    assert len(stored) == 6
    assert compare(arms(shop, version="2"), jobs=1, store=runs).results.reused == 4
    for _ in range(2):
        assert compare(arms(shop, version=None), jobs=1, store=runs).results.reused == 4
    assert capsys.readouterr().err == (
        "rehearse: programme weekly: without a version, so its runs are neither kept nor reused\n"
    )
    assert len(Store(runs).keys()) == 8


def test_a_run_is_named_by_versions(shop: Question) -> None:
    def key(question: Question) -> str:
        return run_key(question.arms["base"])

    named = {key(shop.with_programme("weekly", weekly, version=v)) for v in ("1", "2")}
    assert len(named | {key(shop), key(shop.with_programme("monthly", weekly, version="1"))}) == 4
    assert key(shop.with_programme("weekly", weekly, version="1")) in named
    assert key(shop.with_programme("weekly", weekly)) != key(shop.with_programme("weekly", never))
    dry, wet = (Mechanism("rain", None, rain, version=v) for v in ("1", "2"))
    assert key(shop.with_mechanism(dry)) != key(shop.with_mechanism(wet))


def test_two_functions_without_a_version_are_two_arms(shop: Question) -> None:
    both = {"weekly": shop.with_programme("x", weekly), "never": shop.with_programme("x", never)}
    series = compare(both, jobs=1, draws=1).results.series.groupby("variant")["touches"].sum()
    assert series["weekly"] > series["never"]


def test_one_version_cannot_stand_for_two_functions(shop: Question) -> None:
    both = {"a": shop.with_programme("x", weekly, version="1"), "b": shop.with_programme("x", never, version="1")}
    with pytest.raises(InputError) as mistake:
        compare(both)
    assert mistake.value.place == "programme x"
    assert mistake.value.got.startswith("'1' for ")


def test_two_processes_find_a_function_by_name(shop: Question) -> None:
    assert by_name(weekly)
    assert by_name(partial(weekly, depth=0.2))
    wet = shop.with_mechanism(Mechanism("rain", None, rain, version="1"))
    several = arms(wet) | {"decorated": wet.with_strategies(decorated)}
    alone, together = (compare(several, jobs=jobs) for jobs in (1, 2))
    assert not together.results.failures
    assert alone.results.runs.equals(together.results.runs)


def test_a_decorated_strategy_is_an_arm_and_is_stored(shop: Question, tmp_path: Path) -> None:
    both = {"strategy.limits.contact_gap": "2 d"}, decorated
    question = shop.with_variants({"as is": {}, "weekly": decorated, "both": both})
    assert list(question.arms["both"].programmes) == ["once-a-week"]
    assert question.arms["both"].strategy.limits.contact_gap == 2
    assert question.arms["as is"].programmes == {}
    plain = shop.with_programme("once-a-week", decorated.function, version="1")
    assert run_key(shop.with_strategies(decorated).arms["base"]) == run_key(plain.arms["base"])
    first, again = (compare(question, jobs=1, draws=1, out=tmp_path / "out") for _ in range(2))
    assert (first.results.reused, again.results.reused) == (0, 4)
    touches = again.results.series.groupby("variant")["touches"].sum()
    assert touches["weekly"] > touches["as is"]


def test_what_is_no_strategy_is_refused(shop: Question) -> None:
    for made, place in (
        (lambda: strategy(name="two words")(never), "strategy: name"),
        (lambda: strategy(version="")(never), "strategy never: version"),
        (lambda: strategy()(lambda view: view), "strategy: name"),  # type: ignore[arg-type, misc]
        (lambda: strategy(name="one")(lambda view: view), "strategy one"),  # type: ignore[arg-type, misc]
        (lambda: strategy()(3), "strategy"),  # type: ignore[arg-type]
        (lambda: shop.with_strategies(never), "strategies"),  # type: ignore[arg-type]
        (lambda: shop.with_strategies(decorated, decorated), "strategies"),
        (lambda: shop.with_variants({"a": ({}, 3)}), "variants.a"),  # type: ignore[dict-item]
    ):
        with pytest.raises(InputError) as caught:
            made()
        assert caught.value.place == place
    assert OwnStrategy(never, "never", None)(None, {}) == never(None, {})  # type: ignore[arg-type]


def test_what_cannot_be_found_by_name_is_run_in_one_process(shop: Question) -> None:
    nameless = lambda view, memory: (Actions.nothing(), memory)  # noqa: E731
    assert not by_name(nameless)
    assert not by_name(partial(nameless))
    assert compare(arms(shop, nameless), draws=1).strategies
    with pytest.raises(InputError) as caught:
        compare(arms(shop, nameless), jobs=2)
    assert caught.value.place == "programme weekly"
    assert caught.value.got.endswith("<lambda> and jobs = 2")


def test_a_mistake_in_a_function_is_a_failed_run(shop: Question) -> None:
    def lost(view: PublicView, memory: Memory) -> Answer:
        return Actions.touch(view.person, channel="fax", content="care"), memory

    with pytest.raises(InputError, match=r"programme 'weekly', day 0 .*channel: .*got 'fax'"):
        compare(arms(shop, lost), jobs=1)


def test_a_resolved_scenario_says_what_is_not_in_it(shop: Question) -> None:
    more = arms(shop)["weekly"].with_mechanism(Mechanism("rain", None, rain))
    head = resolved_toml(more.arms["base"], more).splitlines()[0]
    assert head.endswith("Not in it, being Python: programme weekly, version 1; mechanism rain without a version.")
    assert "Python" not in resolved_toml(shop.arms["base"], shop).splitlines()[0]
