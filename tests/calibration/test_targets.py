"""`--targets`: figures without a likelihood narrow the draws of a market, are refused, or change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from benchmarks.planted_targets import matched_world
from calibration import calibrate
from calibration.targets import history_matching
from calibration.targets.emulator import chosen_numbers
from calibration.targets.history_matching import MatchSettings, matched
from calibration.targets.plausible_draws import PlausibleDraws
from calibration.targets.target_file import Target, TargetDays, read_targets
from scenarios import Compare, InputError, Question, load_market
from sim.scenario import RunSettings, Scenario, Strategy

WAIT, MESSAGE, RATE = "market.offers.waiting", "market.optout.per_message", "market.need.order_rate.mean"
DAYS = TargetDays(date(2024, 1, 1), date(2024, 12, 31), "CNY")
SETTINGS = MatchSettings(100, 1, "CNY", lambda _: None)
CAMPAIGN = Target("campaign_share", 0.5, 0.01, date(2024, 10, 1), date(2025, 1, 1), "t.toml:1: targets.campaign_share")


@pytest.fixture(scope="module")
def population() -> PlausibleDraws:
    """One number fitted on orders, and two that keep their prior, one of which nothing depends on."""
    prior = load_market("library:base")
    beliefs = {path: prior.beliefs[path] for path in (WAIT, MESSAGE)}
    rates = np.exp(np.random.default_rng(3).normal(np.log(0.01), 0.2, 200))
    scenario = Scenario(prior.market, Strategy(), RunSettings(DAYS.first))
    posterior = pd.DataFrame({RATE: rates})
    return PlausibleDraws(
        Question("t", "", Path("t"), {"a": scenario}, Compare(), beliefs, posterior, prior.origins, prior.files)
    )


def share(values: Mapping[str, float], number: int) -> npt.NDArray[np.float64]:
    """A share that rises with waiting and falls with the rate, with chance of its own in each run."""
    noise = 0.02 * np.random.default_rng(number).standard_normal()
    at = 2.0 * (values[WAIT] - 0.4) - 0.8 * np.log(values[RATE] / 0.01) + noise
    return np.array([1.0 / (1.0 + np.exp(-at))])


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(history_matching, "WAVES", (50, 30))
    patch.setattr(history_matching, "TIMES", 10)
    yield
    patch.undo()


@pytest.mark.usefixtures("small")
def test_draws_that_give_the_target_are_kept_with_their_correlation(population: PlausibleDraws) -> None:
    target = replace(CAMPAIGN, value=0.58)
    found = matched([target], share, population, SETTINGS)
    low, middle, high = found.targets[0].after
    assert middle == pytest.approx(0.58, abs=0.01)
    assert high - low < 0.35 * (found.targets[0].before[2] - found.targets[0].before[0])
    assert set(found.draws) == {RATE, WAIT}, "what the share does not depend on keeps its prior"
    assert np.corrcoef(found.draws[WAIT], np.log(found.draws[RATE]))[0, 1] > 0.5
    assert set(found.draws[RATE]) <= set(population.posterior[RATE])
    assert (found.numbers[0].path, found.numbers[0].added) == (WAIT, True)


@pytest.mark.usefixtures("small")
def test_runs_before_and_after_differ_by_what_was_learned_alone(population: PlausibleDraws) -> None:
    """The same random numbers, and the same values of all that no target moves."""
    calls: list[tuple[dict[str, float], int]] = []

    def noted(values: Mapping[str, float], number: int) -> npt.NDArray[np.float64]:
        calls.append((dict(values), number))
        return share({**values, WAIT: 0.4}, number)

    found = matched([replace(CAMPAIGN, value=0.58)], noted, population, SETTINGS)
    assert (found.runs, len(calls), set(found.draws)) == (130, 130, {RATE})
    for (before, first), (after, again) in zip(calls[:50], calls[80:], strict=True):
        assert first == again
        assert {path for path in before if before[path] != after[path]} <= {RATE}
    assert [number for _, number in calls[:80]] == list(range(80))


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_found_whose_effect_turns_with_another(seed: int) -> None:
    """A KPI that is highest where one number and parts of two more add up to nothing: alone, these two do nothing."""
    x = np.random.default_rng(seed).standard_normal((200, 60))
    y = -0.3 * (x[:, 3] + 0.6 * x[:, 7] + 0.4 * x[:, 11]) ** 2 + 0.5 * x[:, 20]
    y += 0.2 * np.random.default_rng([seed, 1]).standard_normal(200)
    assert {3, 7, 11, 20} <= set(chosen_numbers(x, y))
    assert np.abs(np.corrcoef(x[:, [7, 11]].T, y)[:2, 2]).max() < 0.25


@pytest.mark.usefixtures("small")
def test_a_target_that_the_draws_meet_anyway_changes_nothing(population: PlausibleDraws) -> None:
    found = matched([replace(CAMPAIGN, sd=5.0)], share, population, SETTINGS)
    assert not found.changed
    assert found.draws is population.posterior
    assert found.targets[0].before == found.targets[0].after


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("spread", "value"), [(1.0, 0.999), (0.0, 0.999)])
def test_a_target_that_no_market_gives_is_refused(population: PlausibleDraws, spread: float, value: float) -> None:
    """Where it varies, and where it cannot: no campaigns, no share of them."""
    with pytest.raises(InputError, match="no plausible market gives this") as refused:
        matched([replace(CAMPAIGN, value=value, sd=0.001)], lambda v, n: spread * share(v, n), population, SETTINGS)
    assert "99.9 %" in refused.value.got
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("small")
def test_targets_that_contradict_each_other_are_refused(population: PlausibleDraws) -> None:
    pair = [replace(CAMPAIGN, value=0.4), replace(CAMPAIGN, value=0.7)]
    with pytest.raises(InputError, match="no market gives all of them"):
        matched(pair, lambda v, n: np.repeat(share(v, n), 2), population, SETTINGS)


@pytest.mark.usefixtures("small")
def test_what_never_happens_is_refused(population: PlausibleDraws) -> None:
    with pytest.raises(InputError, match="nothing of it happens"):
        matched([CAMPAIGN], lambda v, n: np.array([np.nan]), population, SETTINGS)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ('[targets.campaign_shares]\nvalue = "1 %"\ntolerance = "1 %"', "no such KPI"),
        ('[targets.gmv]\nvalue = "1 CNY"\ntolerance = "1 CNY"', "a sum grows with the shop"),
        ('[targets.aov]\nvalue = "1 CNY"\ntolerance = "1 CNY"', "from the orders already"),
        ('[targets.campaign_share]\nvalue = "50 %"', "the key is missing"),
        ('[targets.campaign_share]\nvalue = "50 %"\ntolerance = "0 %"', "above 0"),
        ('[targets.campaign_share]\nvalue = "150 %"\ntolerance = "1 %"', "0 to 100 %"),
        ('[targets.campaign_share]\nbetween = ["50 %", "40 %"]', "a low end below the high one"),
        ('[targets.campaign_share]\nbetween = ["5 %", "40 %"]\ntolerance = "1 %"', "either value and tolerance"),
        ('[targets.campaign_share]\nbetween = ["5 %", "40 %"]\nwindow = "400 d"', "days after the first order"),
        ('[targets.campaign_share]\nbetween = ["5 %", "40 %"]\nwindow = 3', "the last days of the orders"),
        ('[targets.reply_time]\nvalue = "5 %"\ntolerance = "1 min"', "expected"),
    ],
)
def test_wrong_files_are_one_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem) as refused:
        read_targets(tmp_path / "t.toml", DAYS)
    assert "\n" not in str(refused.value)


def test_an_interval_and_a_value_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(
        '[targets.silent_share]\nbetween = ["20 %", "40 %"]\n[targets.reply_time]\nvalue = "90 s"\ntolerance = "30 s"\n'
        "window = [2024-06-01, 2024-07-01]\n",
        encoding="utf-8",
    )
    silent, reply = read_targets(tmp_path / "t.toml", DAYS).targets
    assert (silent.value, silent.sd) == pytest.approx((0.3, 0.1 / 1.6448536))
    assert (silent.first, silent.after) == (date(2024, 10, 3), date(2025, 1, 1))
    assert (reply.value, reply.sd) == pytest.approx((90 / 86400, 30 / 86400))
    assert (reply.first, reply.after) == (date(2024, 6, 1), date(2024, 7, 1))


def test_targets_need_a_history(export: Callable[[], Path], tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text('[targets.silent_share]\nbetween = ["20 %", "40 %"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="--history"):
        calibrate(export(), targets=tmp_path / "t.toml")


@pytest.mark.slow
def test_planted_numbers_are_covered_and_kpis_move_to_their_targets() -> None:
    """Of two worlds: most planted numbers that were narrowed, and each KPI nearer, or within its tolerance."""
    found = [matched_world(1, number) for number in range(2)]
    inside = [row["inside"] for world in found for row in world["numbers"]]
    assert np.mean(inside) >= 0.8
    for world in found:
        for target in world["targets"]:
            before, after = (abs(target[when]["median"] - target["value"]) for when in ("before", "after"))
            assert after <= max(before, target["tolerance"])
