"""What is written can be read again, and a run's key follows its ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from scenarios import (
    Question,
    belief_table,
    explain,
    load,
    load_market,
    resolved_toml,
    run_key,
    with_values,
    write_market,
)
from scenarios.reading.references import library_names
from scenarios.values.paths import market_shapes
from sim.scenario import (
    CONTENTS,
    Acquisition,
    After,
    Customers,
    Limits,
    Offer,
    Outreach,
    Prize,
    Range,
    Rhythm,
    Step,
    Welcome,
    Who,
)
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

QUESTIONS = ["shop", "campaign_rhythm", "discount_format", "desk_size"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_resolved_scenario_loads_to_the_same_values(name: str, project: Path) -> None:
    question = load(f"library:{name}")
    for scenario in question.arms.values():
        (project / "resolved.toml").write_text(resolved_toml(scenario, question), encoding="utf-8")
        again = load("resolved.toml")
        assert again.arms["base"] == scenario
        assert again.beliefs == question.beliefs
        assert dataclasses.replace(again.compare, against=None) == dataclasses.replace(question.compare, against=None)
        assert run_key(again.arms["base"]) == run_key(scenario)
        assert [path.name for path in again.files] == ["resolved.toml"]


_money = st.integers(1, 10**9)
_depth = st.floats(0.0, 0.95)
_common: dict[str, Any] = {
    "generosity": st.floats(0.0, 20.0),
    "stock": st.one_of(st.none(), st.integers(1, 10**9)),
    "stacks": st.booleans(),
    "first_order_only": st.booleans(),
}


def _offer(format_: str, **own: Any) -> st.SearchStrategy[Offer]:
    return st.builds(Offer, st.just(format_), **{**_common, **own})


_offers = st.one_of(
    _offer("percent", depth=_depth, claimed=st.one_of(st.none(), _depth)),
    _offer("amount", off=_money),
    _offer("threshold", steps=st.tuples(st.builds(lambda s: Step(s, max(1, s // 7)), _money))),
    _offer("lottery", prizes=st.tuples(st.builds(Prize, st.floats(0.0, 1.0), _money))),
    _offer("gift", cost=_money, fit=st.floats(0.0, 1.0)),
    _offer("flash", depth=_depth, stock=st.integers(1, 10**9)),
    _offer("trial", price=st.integers(0, 900), value=st.integers(900, 10**9), stacks=st.just(False)),
    _offer("prebook", off=_money, ships_after=st.floats(0.0, 365.0)),
)
_coupons = st.builds(
    dataclasses.replace, _offers, valid=st.floats(1.0, 3650.0), budget=st.one_of(st.none(), st.integers(0, 10**13))
)
_when: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(Rhythm, st.floats(1, 100), st.sampled_from(["day", "shop_cycle", "own_cycle"])).map(
        lambda every: {"every": every}
    ),
    st.builds(After, st.sampled_from(["added", "first_order", "order", "interaction"]), st.integers(1, 3650)).map(
        lambda after: {"after": after}
    ),
    st.sampled_from([("618",), ("chinese_new_year", date(2026, 5, 1)), (date(2026, 1, 1), "mid_autumn")]).map(
        lambda on: {"on": on}
    ),
)
_what: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from(CONTENTS).map(lambda content: {"content": content}),
    st.integers(0, 10).map(lambda n: {"mix": {"care": n / 10, "offer": 1.0 - n / 10}}),
)


def _offering(plan: Outreach) -> Outreach:
    """The same without its coupon where no message of it may bring one."""
    return plan if plan.content == "offer" or plan.mix.get("offer") else dataclasses.replace(plan, offer=None)


_outreach = st.builds(
    lambda when, what, rest: _offering(dataclasses.replace(rest, **when, **what)),
    _when,
    _what,
    st.builds(
        Outreach,
        channel=st.sampled_from(["direct", "sms"]),
        items=st.integers(1, 50),
        style=st.sampled_from(["mass", "personal"]),
        testimony=st.booleans(),
        holdout=st.floats(0.0, 0.99),
        offer=st.one_of(st.none(), _coupons),
        from_=st.sampled_from([None, date(2026, 5, 1)]),
        who=st.builds(
            Who,
            stage=st.sampled_from([(), ("lead",), ("lead", "repeater")]),
            engaged=st.sampled_from([(), ("silent", "dormant")]),
            tier=st.sampled_from([(), ("high_value",)]),
            rfm=st.sampled_from([(), ("important_keep", "general")]),
            orders=st.sampled_from([None, Range(1.0, 3.0, high_closed=True)]),
            spent=st.builds(lambda cents: Range(low=float(cents)), _money),
            recency=st.builds(lambda days: Range(high=days), st.floats(0, 36500)),
        ),
    ),
)
_night = st.tuples(st.integers(721, 1439), st.integers(0, 720)).map(lambda ends: (ends[0] / 1440, ends[1] / 1440))
_limits = st.builds(
    Limits,
    st.one_of(st.none(), st.integers(0, 1000)),
    st.one_of(st.none(), st.integers(0, 10000)),
    st.one_of(st.none(), st.integers(1, 3650)),
    st.one_of(st.none(), _night),
    st.one_of(st.none(), st.floats(0, 1e9)),
)


@cache
def shop_and_draws() -> tuple[Question, pd.DataFrame]:
    """The starter, which all examples share, and six plausible markets."""
    question = load("library:shop")
    return question, belief_table(question, 6)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(offer=_offers, coupon=_coupons, outreach=_outreach, limits=_limits, draw=st.integers(0, 5))
def test_any_strategy_in_any_market_comes_back(
    project: Path, offer: Offer, coupon: Offer, outreach: Outreach, limits: Limits, draw: int
) -> None:
    question, draws = shop_and_draws()
    scenario = with_values(question.arms["base"], {str(path): float(column[draw]) for path, column in draws.items()})
    campaign = dataclasses.replace(scenario.strategy.campaigns["rhythm"], offer=offer)
    strategy = dataclasses.replace(
        scenario.strategy,
        acquisition={"store_orders": Acquisition(hook=coupon)},
        welcome=Welcome(0.5, coupon),
        limits=limits,
        outreach={"b": outreach},
        campaigns={"a": campaign},
    )
    scenario = dataclasses.replace(scenario, strategy=strategy)
    (project / "r.toml").write_text(resolved_toml(scenario, question), encoding="utf-8")
    assert load("r.toml").arms["base"] == scenario


def test_what_was_switched_off_stays_off(write: Write, project: Path) -> None:
    question = load(write(add="[market.media]\nsms.off = true\n"))
    (project / "r.toml").write_text(resolved_toml(question.arms["base"], question), encoding="utf-8")
    assert sorted(load("r.toml").arms["base"].market.media) == [
        *("channels_video", "direct", "group"),
        *("moments", "official_account", "phone"),
    ]


def fitted(folder: Path, **changes: object) -> Path:
    path = folder / "market.toml"
    values = {
        "market.need.order_rate.mean": 0.553 / 10.578 / 7,
        "market.need.order_rate.shape": 0.55331234567890123,
        "market.need.season.weekday": [0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.3],
        "market.spend.mean": 3547.6,
    }
    given: dict[str, object] = {
        "extends": "library:base",
        "values": values,
        "sources": dict.fromkeys(values, "data orders.csv"),
        "tables": {"posterior": "posterior.parquet", "customers": "customers.parquet"},
    }
    write_market(path, **{**given, **changes})  # type: ignore[arg-type]
    return path


def test_a_fitted_market_is_readable_and_loads(project: Path) -> None:
    folder = project / "fitted" / "shop"
    path = fitted(folder)
    text = path.read_text(encoding="utf-8")
    assert 'mean = {value = "2.7259' in text
    assert 'per 365 d", source = "data orders.csv"}' in text
    assert 'mean = {value = "35.48 CNY", source = "data orders.csv"}' in text
    assert sorted(folder.iterdir()) == [path]
    pd.DataFrame({"market.spend.mean": [3500.0, 3600.0]}).to_parquet(folder / "posterior.parquet")
    columns = {name: [1] for name in ("orders", "age", "recency", "spent", "spend_orders")}
    pd.DataFrame({"identity": np.array([3], dtype=np.uint64), **columns}).to_parquet(folder / "customers.parquet")
    market = load_market("fitted/shop/market.toml")
    assert market.market.need.order_rate.mean == pytest.approx(0.553 / 10.578 / 7, rel=1e-8)
    assert market.market.need.season.weekday[-1] == 1.3
    assert market.market.spend.mean == 3548
    assert market.market.start_with == 0
    assert str(market.origins["market.spend.mean"]).startswith("data orders.csv (fitted/shop/market.toml:")
    assert market.posterior is not None
    assert market.customers is not None
    question = load("library:shop", market="fitted/shop/market.toml")
    assert question.arms["base"].customers is not None
    rows = {row[0]: row[2] for row in explain(question)}
    assert rows["market.spend.mean"].startswith("posterior, 2 draws; median data orders.csv")
    (project / "r.toml").write_text(resolved_toml(question.arms["base"], question), encoding="utf-8")
    again = load("r.toml")
    assert again.posterior is not None
    assert run_key(again.arms["base"]) == run_key(question.arms["base"])


def test_a_fitted_market_refuses_unknown_paths(project: Path) -> None:
    unknown = Parts("market.spend.men", "'market.spend.men'", "'market.spend.mean'")
    unknown.raised_by(lambda: fitted(project, values={"market.spend.men": 1.0}))
    assert not (project / "market.toml").exists()


def test_a_run_s_key_follows_what_can_change_its_ledger(write: Write) -> None:
    scenario = load(write()).arms["base"]
    key = run_key(scenario)
    renamed = write("other.toml", add="[compare]\nkpi = 'gmv'\n", **{'"Small"': '"Renamed"'})
    assert run_key(load(renamed).arms["base"]) == key
    assert run_key(with_values(scenario, {"run.draws": 7, "run.replications": 3})) == key
    changes = {"run.seed": 2, "run.horizon": 30, "market.spend.mean": 8501, "strategy.service.agents": 6}
    keys = {run_key(with_values(scenario, {path: value})) for path, value in changes.items()}
    assert len(keys | {key}) == 5
    people = {"identity": np.array([1], dtype=np.uint64), "orders": np.array([1]), "age": np.array([1.0])}
    rest = {"recency": np.array([1.0]), "spent": np.array([5]), "spend_orders": np.array([1])}
    one = dataclasses.replace(scenario, customers=Customers(**people, **rest))
    two = dataclasses.replace(scenario, customers=Customers(**people, **{**rest, "spent": np.array([6])}))
    assert len({key, run_key(one), run_key(two)}) == 3


def test_explain_gives_value_spread_and_origin() -> None:
    rows = {path: (text, origin) for path, text, origin in explain(load("library:desk_size"), "pair")}
    assert rows["strategy.service.agents"] == ("2", "library/desk_size.toml:21")
    assert rows["strategy.service.goals.complaint"] == ("12 h", "library/desk_size.toml:10")
    assert rows["market.fatigue.half_life"][0] == "10 d (3 d to 30 d)"
    assert rows["run.seed"] == ("1", "default")
    Parts("pear", "'pear'", "'pair'").raised_by(explain, load("library:desk_size"), "pear")


def test_the_library_has_names() -> None:
    assert {"base", "strong_brand", *QUESTIONS} <= set(library_names())
    assert len(market_shapes(load_market("library:base").market)) > 100
