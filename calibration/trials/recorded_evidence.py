"""What records of messages say beside the fit: by lot, where people were left out, and as it is observed.

The history's likelihood has both already: people left out are people to whom nothing was sent. So neither adds to the
posterior. They are checks on it: what lot says rests on no law, and what is observed says how far targeting misleads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.trials.past_trials import is_of, trials_from_history
from calibration.trials.targeting import ObservedLift, observed_lift
from calibration.trials.trial import Trial
from calibration.trials.trial_evidence import quality_of
from calibration.trials.trial_lifts import lifts
from scenarios import InputError
from scenarios.values.paths import market_with
from sim.scenario import Market
from sim.scenario.shop_history import ShopHistory

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

BAND = (0.05, 0.5, 0.95)
NAMES = ("p5", "median", "p95")
Z90, Z99 = 1.6448536269514722, 2.5758293035489004
ASKED = 100
"""Draws of the market at most of which is asked what they say of people left out."""
WINDOW = 14
"""Days from a message on within which orders are compared where nobody was left out by lot."""


class RecordedEvidence(NamedTuple):
    """What there is beside a fit, as plain data, and one line for each programme with which the fit does not agree."""

    beside: dict[str, Any]
    warnings: tuple[str, ...]


def recorded_evidence(
    history: ShopHistory, held_out: pd.DataFrame, base: Market, draws: pd.DataFrame, seed: int
) -> RecordedEvidence:
    """Evidence of the messages of `history`. held_out: as of `own_holdouts`. base, draws: as of `holdouts_json`."""
    trials, reasons = own_holdouts(history, held_out)
    said = holdouts_json(trials, base, draws, seed)
    lines = tuple(
        f"{one['name']}: by lot {_times(one['by_lot'])}, the law fitted says {_times(one['law'])}: the fitted "
        "responses do not agree with the people whom the shop left out by lot"
        for one in said
        if one["apart"] > Z99
    )
    holdouts = {"own_holdouts": {"programmes": said, "without": reasons}} if said or reasons else {}
    return RecordedEvidence({"observational": observed_json(history), **holdouts}, lines)


# --- by lot ----------------------------------------------------------------------------------------


def own_holdouts(history: ShopHistory, held_out: pd.DataFrame) -> tuple[list[Trial], list[str]]:
    """A trial of each programme or campaign that left people out by lot, and why others give none.

    held_out: columns campaign (or programme) and person (place in the history), as `Touches` has them. Compared are
    those left out with those who got a message of it at any time: who was never meant to get one was not dealt.
    """
    trials, reasons = [], []
    for name, rows in held_out.groupby("campaign"):
        out = np.zeros(history.size, dtype=bool)
        out[rows["person"].to_numpy()] = True
        own = [place for place, message in enumerate(history.messages) if is_of(message, str(name))]
        dealt = out if history.sent is None else out | history.sent[own].any(axis=0)
        more, why = trials_from_history(history.of(dealt), {str(name): out[dealt]})
        trials += [trial for trial in more if trial.areas.min() > 0.0]
        reasons += [*why, *(f"{trial.name}: nobody of an arm ordered" for trial in more if trial.areas.min() == 0.0)]
    return trials, reasons


def holdouts_json(trials: Sequence[Trial], base: Market, draws: pd.DataFrame, seed: int) -> list[dict[str, Any]]:
    """Of each trial the orders of those written to over those of the people left out, by lot and by the fitted law.

    base: the market whose numbers `draws` replace. apart: the difference of the two logs over its standard deviation.
    """
    found = []
    for trial in trials:
        rates, hits = trial.areas[0], trial.hits[0].sum(axis=1)
        log, error = float(np.log(rates[1] / rates[0])), float(np.sqrt((1.0 / hits).sum()))
        law = np.log(law_lifts(trial, base, draws, seed))
        found.append(
            {
                "name": trial.name,
                "evidence": "randomised",
                "window_days": trial.window,
                "windows": trial.executions,
                "by_lot": dict(zip(NAMES, np.exp(log + Z90 * error * np.array([-1, 0, 1])).tolist(), strict=True)),
                "law": dict(zip(NAMES, np.exp(np.quantile(law, BAND)).tolist(), strict=True)),
                "apart": float(abs(log - law.mean()) / np.hypot(error, law.std())),
            }
        )
    return found


def law_lifts(trial: Trial, base: Market, draws: pd.DataFrame, seed: int) -> Floats:
    """What draws of the fitted market make of a trial's arm, its executions being as good as they happen to be."""
    draws = draws.iloc[:ASKED]
    noise = np.random.default_rng([seed, 59]).standard_normal((len(draws), 1, 1))
    found = np.empty(len(draws))
    for row, values in enumerate(draws.to_dict("records")):
        market = market_with(base, {str(path): float(value) for path, value in values.items()})
        found[row] = lifts(market, trial, quality_of(market, trial, noise[row]))[0, 0, 0, 0]
    return found


# --- as observed -----------------------------------------------------------------------------------


def observed_json(history: ShopHistory) -> dict[str, Any]:
    """Orders after messages of those who got them over those of the others, as they are and adjusted, or why not."""
    answer: dict[str, Any] = {"evidence": ObservedLift.evidence, "window_days": WINDOW}
    try:
        found = observed_lift(history, WINDOW)
    except InputError as problem:
        return {**answer, "without": str(problem)}
    return {
        **answer,
        "windows": found.windows,
        "people": found.people,
        "naive": _around(found.naive, found.naive_error),
        "adjusted": _around(found.adjusted, found.adjusted_error),
        "moved": float(np.exp(-found.moved)),
    }


def _around(log: float, error: float) -> dict[str, float]:
    return dict(zip(NAMES, np.exp(log + Z90 * error * np.array([-1, 0, 1])).tolist(), strict=True))


# --- for a terminal --------------------------------------------------------------------------------


def recorded_evidence_text(beside: Mapping[str, Any]) -> list[str]:
    """One line for each programme with people left out by lot, and one for what is observed."""
    held = beside.get("own_holdouts", {"programmes": [], "without": []})
    lines = [
        f"{one['name']}: orders of those written to over those left out by lot, by lot {_times(one['by_lot'])}; the "
        f"law fitted says {_times(one['law'])}"
        for one in held["programmes"]
    ]
    lines += [f"no trial of people left out: {reason}" for reason in held["without"]]
    seen = beside["observational"]
    if "naive" in seen:
        lines.append(
            f"orders within {seen['window_days']} days of those written to over those of the others (observational): "
            f"{_times(seen['naive'])} as it is, {_times(seen['adjusted'])} adjusted for recency and earlier orders, "
            f"which moves it by x {seen['moved']:.2f}"
        )
    return lines


def _times(band: Mapping[str, float]) -> str:
    return f"x {band['median']:.2f} ({band['p5']:.2f} to {band['p95']:.2f})"
