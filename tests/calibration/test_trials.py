"""Trials: reading, what the law makes of arms, their likelihood, and the trials that holdouts leave behind."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import integrate, stats

from calibration.trial_calibration import calibrate_on_trials, trials_json
from calibration.trials.past_trials import trial_from_history
from calibration.trials.recorded_evidence import holdouts_json, own_holdouts
from calibration.trials.trial import ArmMessage, Trial, TrialArm
from calibration.trials.trial_evidence import log_chance, log_density, log_evidence, quality_of
from calibration.trials.trial_files import read_trial
from calibration.trials.trial_lifts import lifts
from calibration.trials.trial_posterior import learn_from_trials, misfit
from scenarios import InputError, load_market
from scenarios.values.paths import market_with
from sim.scenario import Offer, ShopHistory
from tests.calibration.holdout_shop import holdout_shop, plain_market
from tests.command_line import RunCommand
from tests.json_page import assert_documented

BASE = load_market("library:base")
ONE = np.ones((1, 1))
TOML = """
people = "people.csv"
arm = "group"
control = "none"
person = "id"
window = "14 d"
recency = "months"
recency_unit = "30 d"
outcomes = [{ column = "bought", shows = "order" }]
arms = [{ name = "mail", messages = [{ channel = "direct", content = "offer" }] }]
"""
ROWS = ["id,group,months,bought", "1,none,1,0", "2,none,2,1", "3,mail,1,1", "4,mail,2,0", "5,mail,2,3"]


def trial(people: list[list[float]], hits: list[list[float]], recency: list[float]) -> Trial:
    arms = (TrialArm("none"), *(TrialArm(f"arm {i}", (ArmMessage("direct", "offer"),)) for i in range(1, len(people))))
    return Trial("t", arms, (("bought", "order"),), 14, np.array(recency), np.array(people), np.array([hits]))


def written(folder: Path, toml: str = TOML, rows: list[str] = ROWS) -> Path:
    (folder / "people.csv").write_text("\n".join(rows))
    path = folder / "trial.toml"
    path.write_text(toml)
    return path


# --- reading ---------------------------------------------------------------------------------------


def test_people_become_counts_by_arm_and_recency(tmp_path: Path) -> None:
    found = read_trial(written(tmp_path), BASE.market)
    assert found.people.tolist() == [[1, 1], [1, 2]]
    assert found.hits.tolist() == [[[0, 1], [1, 1]]]
    assert found.recency.tolist() == [15, 45]
    assert found.arms[1].messages == (ArmMessage("direct", "offer"),)


def test_a_table_of_counts(tmp_path: Path) -> None:
    toml = TOML.replace("people =", "counts =").replace('person = "id"', 'n = "n"')
    rows = ["group,months,n,bought", "none,1,100,5", "mail,1,50,6", "mail,1,50,6"]
    found = read_trial(written(tmp_path, toml, rows), BASE.market)
    assert (found.people.tolist(), found.hits.tolist()) == ([[100], [100]], [[[5], [12]]])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"rows": [*ROWS, "3,none,1,0"]}, "the arms overlap (1 people)"),
        ({"rows": [*ROWS, "3,mail,1,0"]}, "a person stands twice"),
        ({"rows": [*ROWS, "6,letter,1,0"]}, "got 'letter'"),
        ({"rows": [ROWS[0], *ROWS[3:]]}, "none in 'none'"),
        ({"rows": [row.replace(",1", ",x") for row in ROWS]}, "numbers from 0"),
        ({"rows": [ROWS[0].replace("group", "arm"), *ROWS[1:]]}, "got 'group'"),
        ({"rows": [*ROWS[:2], "3,mail,1,0"]}, "nobody with 'bought'"),
        ({"rows": [*ROWS, "6,mail,,1"]}, "row 7: expected numbers from 0"),
        ({"toml": TOML.replace('"months"', '"bought"')}, "a column is named twice"),
        ({"toml": TOML.replace("direct", "drect")}, "did you mean 'direct'"),
        ({"toml": TOML.replace('control = "none"', 'control = "mail"')}, "an arm stands twice"),
        ({"toml": TOML.replace('channel = "direct"', 'channel = "direct", day = "20 d"')}, "got day 20"),
        ({"toml": TOML.replace('recency = "months"', "")}, "days_since_order"),
        ({"toml": TOML.replace('window = "14 d"', "window = 14")}, "window"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, changed: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as error:
        read_trial(written(tmp_path, **changed), BASE.market)  # type: ignore[arg-type]
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_trial_alone_writes_a_market(tmp_path: Path) -> None:
    rows = [ROWS[0], *(f"{i},{'mail' if i % 2 else 'none'},{1 + i % 3},{int(i % 20 < 1 + i % 2)}" for i in range(4000))]
    answer = calibrate_on_trials([written(tmp_path, rows=rows)], sampling=(40, 1), out=tmp_path / "fitted")
    market = load_market(tmp_path / "fitted" / "market.toml")
    assert market.posterior is not None
    assert list(market.posterior.columns) == list(answer.posterior.draws.columns)
    assert_documented(answer.to_json(), "rehearse calibrate --experiment alone")
    assert {"trials", "learned", "health", "warnings", "market"} <= answer.to_json().keys()


def test_more_outcomes_than_people(tmp_path: Path) -> None:
    toml = TOML.replace("people =", "counts =").replace('person = "id"', 'n = "n"')
    with pytest.raises(InputError, match="at most as many with 'bought'"):
        read_trial(written(tmp_path, toml, ["group,months,n,bought", "none,1,9,1", "mail,1,5,6"]), BASE.market)


# --- what the law makes of arms --------------------------------------------------------------------


def test_lifts_are_those_of_the_page() -> None:
    """Steps 1 to 8 of docs/law.md, written once more for one message to a dormant buyer."""
    market, window, days = BASE.market, 14, 60.0
    feel, tire, medium = market.attention, market.fatigue, market.media["direct"]
    read = (0.5 + medium.read_after) % 1.0
    golden = feel.golden if any(a <= read < b for a, b in feel.golden_hours) else 1.0
    attention = medium.reach * feel.weight.offer * golden * market.engagement.dormant_reach * 3.0
    cycle = read_trial_cycle()
    expected, k = 0.0, market.need.regularity
    for day in range(window):
        kept = attention * 2.0 ** (-day / feel.half_life)
        s = kept**feel.saturation / (1.0 + kept**feel.saturation)
        u = (days + day) / cycle
        density, left = stats.gamma.pdf(u, k, scale=1 / k), stats.gamma.sf(u, k, scale=1 / k)
        psi = 1.0 + market.need.ripeness * (min(density / left, k) - 1.0)
        expected += math.exp(feel.max_lift * s * psi) / window
    assert tire.weight.offer < tire.tolerance
    found = lifts(market, trial([[9], [9]], [[1], [1]], [days]), 3.0 * ONE)
    assert found[0, 0, 0, 0] == pytest.approx(expected, rel=1e-9)
    assert found[0, 0, 0, 0] > 1.02


def read_trial_cycle() -> float:
    from sim.law.numbers import repurchase_cycle

    return repurchase_cycle(BASE.market.need)


def test_an_offer_lifts_and_borrows() -> None:
    plain = trial([[9], [9]], [[1], [1]], [60.0])
    arms = (plain.arms[0], TrialArm("coupon", offer=Offer.percent(0.2), lasts=3))
    market = market_with(BASE.market, {"market.offers.displacement": 0.0})
    of = [lifts(m, replace(plain, arms=arms), ONE)[0, 0, 0, 0] for m in (market, BASE.market)]
    assert 1.0 < of[1] < of[0]
    assert lifts(market, replace(plain, arms=arms, reached=np.array([[0.0], [0.5]])), ONE)[0, 0, 0, 0] == pytest.approx(
        1.0 + 0.5 * (of[0] - 1.0)
    )


# --- the likelihood --------------------------------------------------------------------------------


def test_chances_are_integrals() -> None:
    seen = trial([[300], [400], [500]], [[20], [35], [60]], [60.0])
    lift = np.array([[[[1.3], [1.6]]]])

    def density(p: float) -> float:
        shares = [1.0 - (1.0 - p) ** factor for factor in (1.0, 1.3, 1.6)]
        return float(np.prod(stats.binom.pmf([20, 35, 60], [300, 400, 500], shares)))

    exact = math.log(integrate.quad(density, 0.001, 0.3)[0])
    assert log_chance(seen, lift)[0] == pytest.approx(exact, abs=2e-3)
    assert abs(log_chance(seen, np.ones_like(lift))[0] - exact) > 1.0


def test_qualities_are_integrated_out() -> None:
    seen = trial([[300], [400]], [[20], [45]], [5.0])
    market = market_with(BASE.market, {"market.offers.campaign_spread": 0.4})
    z = np.linspace(-7.0, 7.0, 281)
    exact = np.logaddexp.reduce(log_density(market, seen, z[:, None])) + math.log(z[1] - z[0])
    assert log_evidence(market, seen) == pytest.approx(float(exact), abs=5e-3)


def planted() -> tuple[Trial, np.ndarray]:
    """Counts under a market far from the prior, and the lifts by recency that they were drawn with."""
    truth = market_with(BASE.market, {"market.attention.max_lift": 1.2, "market.attention.weight.offer": 2.5})
    empty = trial([[20_000.0] * 2, [20_000.0] * 2], [[1.0] * 2] * 2, [15.0, 60.0])
    true_lift = lifts(truth, empty, ONE)
    rng = np.random.default_rng(5)
    hits = np.stack([rng.binomial(20_000, -np.expm1(-0.05 * f)) for f in (np.ones(2), true_lift[0, 0, 0])])
    return replace(empty, hits=hits[None].astype(float)), true_lift


def test_the_likelihood_is_highest_near_the_truth() -> None:
    seen, _ = planted()
    known = {"market.attention.weight.offer": 2.5, "market.offers.campaign_spread": 0.03}
    values = [
        log_evidence(market_with(BASE.market, {**known, "market.attention.max_lift": most}), seen)
        for most in (0.4, 0.9, 1.2, 1.5, 2.0)
    ]
    assert int(np.argmax(values)) == 2
    assert values[2] - values[0] > 20.0


@pytest.mark.slow
def test_a_planted_response_is_found() -> None:
    """The lift is covered, and the prior is seen to be narrow."""
    seen, true_lift = planted()
    paths = ("attention.max_lift", "attention.weight.offer", "engagement.dormant_reach", "lead.hot_half_life")
    beliefs = {f"market.{path}": BASE.beliefs[f"market.{path}"] for path in paths}
    found = learn_from_trials(replace(BASE, beliefs=beliefs), [seen], draws=200, seed=2)
    low, high = np.quantile(found.lifts[0][:, 0, 0], (0.01, 0.99), axis=0)
    assert ((low < true_lift[0, 0, 0]) & (true_lift[0, 0, 0] < high)).all()
    assert "market.lead.hot_half_life" not in found.draws
    learned = {row.path: row for row in found.learned}
    assert learned["market.attention.weight.offer"].identified
    assert misfit(seen, found.lifts[0].mean(axis=0)) < 3.0
    assert np.quantile(found.before[0][:, 0, 0, 0], 0.9) < low[0]


# --- holdouts --------------------------------------------------------------------------------------


@lru_cache
def left_out(truth: float) -> tuple[ShopHistory, npt.NDArray[np.bool_]]:
    return holdout_shop(plain_market(truth), 4000, 180, 0.3)


@pytest.mark.parametrize("truth", [0.9, pytest.param(0.0, marks=pytest.mark.slow)])
def test_a_holdout_shows_the_truth(truth: float) -> None:
    market = plain_market(truth)
    history, held_out = left_out(truth)
    grid = np.linspace(0.0, 1.6, 9)

    def center(who: np.ndarray) -> tuple[float, float]:
        found = trial_from_history(history, "posts", who)
        worlds = [market_with(market, {"market.attention.max_lift": float(value)}) for value in grid]
        values = np.array([log_evidence(world, found) for world in worlds])
        weights = np.exp(values - values.max()) / np.exp(values - values.max()).sum()
        return float(weights @ grid), float(np.sqrt(weights @ (grid - weights @ grid) ** 2))

    mean, sd = center(held_out)
    assert abs(mean - truth) < 2.0 * max(sd, 0.06)
    if truth > 0.0:
        mixed, sd = center(np.random.default_rng(1).permutation(held_out))
        assert mixed < truth - 5.0 * max(sd, 0.06)


def test_people_left_out_by_lot_stand_beside_the_law() -> None:
    """A tenth left out; of those who were never meant to be written to, who order little, nothing is taken."""
    history, never = left_out(0.9)
    few = np.flatnonzero(never)
    lot, orders = few[: (~never).sum() // 9], np.diff(history.begin)
    out = np.zeros(history.size, dtype=bool)
    out[lot] = True
    strangers = never & ~out & (orders < np.median(orders))
    found = []
    for kept in (~never | out, ~never | out | strangers):
        rows = pd.DataFrame({"campaign": "posts", "person": np.flatnonzero(out[kept])})
        (trial,), why = own_holdouts(history.of(kept), rows)
        assert why == []
        found.append(trial)
    assert found[0].hits == pytest.approx(found[1].hits)
    draws = pd.DataFrame({"market.attention.max_lift": np.full(20, 0.9)})
    (true,) = holdouts_json(found[:1], plain_market(0.9), draws, 1)
    assert_documented(true, "ProgrammeLot")
    (false,) = holdouts_json(found[:1], plain_market(0.9), 0.0 * draws, 1)
    assert true["apart"] < 2.6 < 4.0 < false["apart"]
    assert true["by_lot"]["p5"] > 1.5


def test_programmes_without_a_trial_say_why() -> None:
    history, held_out = holdout_shop(plain_market(0.5), 200, 60, 0.3)
    with pytest.raises(InputError, match="messages of this name"):
        trial_from_history(history, "letters", held_out)
    with pytest.raises(InputError, match="left out by lot"):
        trial_from_history(history, "posts", np.zeros(200, dtype=bool))


def test_quality_has_mean_one_and_averages_over_executions() -> None:
    seen = trial([[9], [9]], [[1], [1]], [60.0])
    z = np.random.default_rng(1).standard_normal((200_000, 1))
    once, often = (quality_of(BASE.market, replace(seen, executions=n), z) for n in (1, 16))
    assert once.mean() == pytest.approx(1.0, abs=2e-3)
    assert once.std() / often.std() == pytest.approx(4.0, rel=0.05)


def test_a_wrong_trial_ends_with_one_line(tmp_path: Path, command: RunCommand) -> None:
    path = written(tmp_path, rows=[*ROWS, "3,none,1,0"])
    found = command("calibrate", "--experiment", str(path))
    assert (found.code, found.err.strip().count("\n")) == (2, 0)
    assert "the arms overlap" in found.err
    nothing = command("calibrate")
    assert (nothing.code, nothing.err.strip().count("\n")) == (2, 0)


@pytest.mark.slow
def test_a_published_email_test(real: Callable[[str], Path]) -> None:
    """The randomised differences of visits lie in the law's 90 %, those of purchases near it."""
    pages = Path(__file__).resolve().parents[2] / "docs" / "how-to"
    market = load_market(pages / "email_shop.toml")
    table = real("hillstrom/email_test.csv.gz")
    seen = read_trial(pages / "email_trial.toml", market.market, table=table)
    found = trials_json(learn_from_trials(market, [seen], draws=200))["trials"][0]
    assert_documented(found, "SeenTrial")
    for outcome in found["outcomes"]:
        for arm in outcome["arms"]:
            slack = 2.0 * arm["standard_error"] if outcome["column"] == "conversion" else 0.0
            assert arm["law"]["p5"] - slack < arm["difference"] < arm["law"]["p95"] + slack
            assert arm["lift_before"]["p95"] < 1.1 < arm["lift"]["p5"]
