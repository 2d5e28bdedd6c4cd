"""The shipped numbers: all there, all with a source, and in the proportions that the evidence asks for."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from scenarios import list_paths, load, load_market, load_plan, new, schema, validate
from scenarios.toml.toml_document import LIBRARY
from scenarios.validation.plan_notes import plan_notes
from scenarios.values.paths import walk, with_values
from scenarios.values.shapes import shape_of
from sim import measure, run
from sim.scenario import Market
from tests.scenarios.error_parts import Parts

FILES = sorted(LIBRARY.rglob("*.toml"))
SHOP_RANGES = {
    "contribution_share": (0.15, 0.35),
    "orders_per_contact_year": (0.4, 2.0),
    "desk_utilisation": (0.5, 0.75),
    "abandoned_share": (0.0, 0.2),
    "campaign_share": (0.25, 0.8),
    "optout_rate": (0.0, 0.05),
}


def test_all_files_are_valid() -> None:
    assert len(FILES) >= 6
    assert validate(FILES) == []


@pytest.mark.parametrize("name", ["base", "strong_brand", "private_shop", "low_price_pool"])
def test_no_number_without_a_source(name: str) -> None:
    market = load_market(f"library:{name}")
    for path, value, _ in walk(market.market, shape_of(Market), "market"):
        if value is not None and value != ():
            assert market.origins[path].source, f"{path} has no source"


def test_assumptions_are_wide() -> None:
    """A value without a measurement may be off by a factor of two or more at least on one side."""
    market = load_market("library:base")
    for path, belief in market.beliefs.items():
        if (belief.source or "").startswith("assumption") and belief.scale == "log":
            assert round(belief.p95 / belief.p5, 9) >= 3.0, path  # 1.2 / 0.4 is just below 3 in floating point


def test_formats_convert_as_in_the_evidence() -> None:
    from sim.law.offer_response import pull_of
    from sim.scenario import Offer, Prize, Step

    response, basket = load_market("library:base").market.offers, 10000.0
    direct = math.exp(pull_of(Offer("percent", depth=0.20), response, basket))
    lottery = math.exp(pull_of(Offer("lottery", prizes=(Prize(0.2, 10000),)), response, basket))
    assert 0.65 < lottery / direct < 0.75
    trivial = Offer("lottery", prizes=(Prize(0.02, 10000),))
    assert pull_of(trivial, response, basket) > pull_of(Offer("percent", depth=0.02), response, basket)
    at = response.threshold
    assert 1 / (1 + math.exp(-(at.at - 1.2) / at.width)) == pytest.approx(0.85, abs=0.01)
    steps = Offer("threshold", steps=(Step(12000, 2400),))
    assert 0 < pull_of(steps, response, basket) < pull_of(Offer("percent", depth=0.20), response, basket)


def test_the_arms_of_the_questions() -> None:
    rhythm, formats, desk = (load(f"library:{n}") for n in ("campaign_rhythm", "discount_format", "desk_size"))
    every = [arm.strategy.campaigns["rhythm"].every for arm in rhythm.arms.values()]
    assert [(one.value, one.of) for one in every if one] == [(30, "day"), (15, "day"), (8, "day"), (1.5, "shop_cycle")]
    sales = [arm.strategy.campaigns["rhythm"] for arm in formats.arms.values()]
    assert [one.offer.format for one in sales] == ["percent", "threshold", "lottery", "percent"]
    assert [one.offer.depth for one in sales] == [0.15, None, None, 0.0], "the last without a discount, else the same"
    assert {one.budget for one in sales} == {2_000_000}
    desks = [arm.strategy.service for arm in desk.arms.values()]
    lengths = [round(24 * (one.hours[1] - one.hours[0])) for one in desks]
    assert [one.agents for one in desks] == [1, 1, None, 2, 1]
    assert lengths == [9, 15, 24, 15, 15]
    assert [one.agents for one in desks[2].shifts] == [1, 1]
    carriers = [arm.strategy.delivery.carrier for arm in desk.arms.values() if arm.strategy.delivery]
    assert carriers == [*4 * ["standard"], "fast"]
    assert {one.goals.complaint for one in desks} == {0.5}
    assert all(question.question for question in (rhythm, formats, desk))


@pytest.mark.parametrize("name", ["shop", "pool", "desk_size", "campaign_rhythm", "discount_format"])
def test_what_is_shipped_plans_only_what_the_platform_lets_through(name: str) -> None:
    assert plan_notes(load(f"library:{name}").arms) == []


def test_the_desk_of_the_question_is_used() -> None:
    """During the first campaign; a desk at which nobody waits would be a question of wages alone."""
    used = {}
    for name, arm in load("library:desk_size").arms.items():
        series = run(with_values(arm, {"run.horizon": 12, "run.cool_down": 0})).series
        used[name] = series["busy_seconds"][9:12].sum() / series["open_seconds"][9:12].sum()
    assert 0.1 < used["pair"] < used["late"] <= used["office"] <= 1.0


def test_the_shop_looks_like_one() -> None:
    """At the medians: orders as in seeds 002 and 004, a desk that is neither idle nor full, a business that pays."""
    ledger = run(load("library:shop").arms["base"])
    year = {name: measure(ledger, name).value for name in SHOP_RANGES}
    for name, (low, high) in SHOP_RANGES.items():
        assert low < year[name] < high, f"{name}: {year[name]}"
    live = ledger.series["live"]
    assert 0.9 < live[359] / live[0] < 1.25, "it neither melts nor explodes"
    shares = {
        stage: ledger.series[stage][0] / live[0] for stage in ("lead", "first_buyer", "repeater", "drifted", "dormant")
    }
    assert min(shares.values()) > 0.1, f"people of all stages on day one: {shares}"


def test_a_starter_is_valid_and_never_overwrites(project: Path) -> None:
    written = new("mine")
    assert [path.name for path in written] == [
        "shop.toml",
        "cadence.toml",
        "discount.toml",
        "desk.toml",
        "sweep.toml",
        ".gitignore",
    ]
    questions = [path for path in written if path.suffix == ".toml"]
    assert validate(questions) == []
    assert load("mine/cadence.toml").files[1].name == "shop.toml"
    assert load("mine/cadence.toml").files[1].is_relative_to(project)
    plan = load_plan("mine/sweep.toml")
    assert plan.question is not None
    assert plan.question.path == project / "mine" / "cadence.toml"
    assert plan.arms == ["30 days", "15 days"]
    Path("mine/shop.toml").write_text("mine")
    for path in written[1:]:
        path.unlink()
    Parts("shop.toml").raised_by(new, "mine")
    assert [path.name for path in Path("mine").iterdir()] == ["shop.toml"]
    Path("file").write_text("")
    Parts("file").raised_by(new, "file")


def test_the_schema_knows_every_path() -> None:
    tree = schema()
    scenario = load("library:shop").arms["base"]
    for path in list_paths(scenario):
        node = tree
        for part in path.split("."):
            node = tree["$defs"]["strategy"] if "$ref" in node else node
            assert node["type"] == "object", path
            node = node["properties"][part] if part in node.get("properties", {}) else node["additionalProperties"]
            assert isinstance(node, dict), path


def test_the_schema_has_units_and_scales() -> None:
    field = schema()["properties"]["market"]["properties"]["fatigue"]["properties"]["half_life"]
    assert "10 d" in field["description"]
    assert "log scale" in field["description"]
    assert len(field["anyOf"]) == 3
