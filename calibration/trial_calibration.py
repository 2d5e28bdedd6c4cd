"""Randomised evidence taken into a market: beside orders, or alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.calibration_files import check_folder, write_learned
from calibration.calibration_result import SCHEMA, Calibration
from calibration.model.health import Health
from calibration.model.posterior import FittedMarket
from calibration.model.priors import prior_sd
from calibration.responses.unknowns import Unknowns, unknowns_of
from calibration.trials.trial import Trial
from calibration.trials.trial_evidence import expected_shares
from calibration.trials.trial_files import read_trial
from calibration.trials.trial_posterior import Learned, TrialPosterior, learn_from_trials, learn_numbers, misfit
from scenarios import load_market
from scenarios.questions.question import MarketFile
from scenarios.values.paths import market_with

Floats = npt.NDArray[np.float64]
Progress = Callable[[str], None]

BAND = (0.05, 0.5, 0.95)
RARE = 0.01
"""Share of the prior's draws at or beyond what the trial found below which it is called out of the prior's reach."""
POOR = 3.0
"""Log chance by which single lifts of each arm have to be better for the law to be called unable to follow."""
NEED = "market.need."


@dataclass(frozen=True)
class TrialCalibration:
    """A market that trials alone have changed; path: the market file that was written, if any."""

    posterior: TrialPosterior
    health: tuple[Health, ...]
    warnings: tuple[str, ...]
    prior: str
    path: Path | None

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "schema": SCHEMA,
            "warnings": list(self.warnings),
            **trials_json(self.posterior),
            "health": [vars(row) for row in self.health],
            "prior": self.prior,
            "market": str(self.path) if self.path else None,
        }


def calibrate_on_trials(
    experiments: Sequence[str | Path],
    market: str = "library:base",
    *,
    sampling: tuple[int, int] = (400, 1),
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> TrialCalibration:
    """Draws of a market's numbers given randomised trials and no orders; `out` is a folder for the market.

    sampling: how many draws, and the seed.

    Raises InputError for a file that cannot be used, and where no draws can be had.
    """
    if out:
        check_folder(Path(out))
    prior = load_market(market)
    trials = [read_trial(path, prior.market) for path in experiments]
    posterior = learn_from_trials(prior, trials, *sampling, progress or (lambda _: None))
    path = Path(out) / "market.toml" if out else None
    health = tuple(health_of(row, prior) for row in posterior.learned)
    answer = TrialCalibration(posterior, health, tuple(trial_warnings(posterior)), market, path)
    if out:
        write_learned(Path(out), market, posterior.draws, sources(posterior), json.dumps(answer.to_json(), indent=1))
    return answer


def with_trials(answer: Calibration, experiments: Sequence[str | Path], seed: int, progress: Progress) -> Calibration:
    """A calibration on orders without a history, and beside it what trials teach of responses."""
    prior, fitted = load_market(answer.prior), answer.market.draws
    unknowns = numbers_beside_need(prior, answer.market)
    trials = [read_trial(path, unknowns.base) for path in experiments]
    posterior = learn_numbers(unknowns, trials, len(fitted), seed, progress)
    found = {row.path: health_of(row, prior) for row in posterior.learned}
    return replace(
        answer,
        market=replace(
            answer.market, draws=fitted.drop(columns=list(posterior.draws), errors="ignore").join(posterior.draws)
        ),
        health=tuple(found.pop(row.parameter, row) for row in answer.health) + tuple(found.values()),
        warnings=(*answer.warnings, *trial_warnings(posterior)),
        trials={**trials_json(posterior), "sources": sources(posterior)},
    )


def numbers_beside_need(prior: MarketFile, fitted: FittedMarket) -> Unknowns:
    """What trials may teach where orders are known: need is at the medians of their draws, trials say little of it."""
    known = {str(path): float(column.median()) for path, column in fitted.draws.items()}
    everything = unknowns_of(market_with(prior.market, known), prior.beliefs, True)
    return everything.only([path for path in everything.paths if not _of_need(path)])


def _of_need(path: str) -> bool:
    return path.startswith(NEED) and not path.endswith("ripeness")


def health_of(row: Learned, prior: MarketFile) -> Health:
    """Spread of a number before and after trials."""
    before = prior_sd(prior.beliefs[row.path]) if row.path in prior.beliefs else 1.0
    return Health(row.path, before, before * row.z_sd, row.identified, False)


def sources(posterior: TrialPosterior) -> dict[str, str]:
    """Where the numbers of the market come from, by path."""
    names = ", ".join(trial.name for trial in posterior.trials)
    return {row.path: f"randomised trial: {names}" for row in posterior.learned}


# --- as plain data ---------------------------------------------------------------------------------


def trials_json(posterior: TrialPosterior) -> dict[str, Any]:
    """What was seen, what the law says of it before and after, and what was learned."""
    shape = posterior.shape if np.isfinite(posterior.shape) else None
    return {
        "trials": [
            trial_json(*parts) for parts in zip(posterior.trials, posterior.lifts, posterior.before, strict=True)
        ],
        "learned": [_learned_json(row) for row in posterior.learned],
        "posterior": {"method": posterior.method, "effective_sample_size": posterior.effective, "pareto_k": shape},
    }


def _learned_json(row: Learned) -> dict[str, Any]:
    names = ("p5", "median", "p95")
    return {
        "parameter": row.path,
        "prior": dict(zip(names, row.prior, strict=True)),
        "posterior": dict(zip(names, row.posterior, strict=True)),
        "identified": row.identified,
        "at_edge": row.at_edge,
    }


def trial_json(trial: Trial, lift: Floats, before: Floats) -> dict[str, Any]:
    """One trial; lift and before: what draws of the posterior and of the prior say, as in `TrialPosterior`."""
    shares = expected_shares(trial, lift)
    return {
        "name": trial.name,
        "evidence": "randomised" if trial.randomised else "observational",
        "window_days": trial.window,
        "misfit": misfit(trial, lift.mean(axis=0)),
        "outcomes": [_outcome_json(trial, place, shares[:, place], lift[:, place], before[:, place])
                     for place in range(len(trial.outcomes))],
    }  # fmt: skip


def _outcome_json(trial: Trial, outcome: int, shares: Floats, lift: Floats, before: Floats) -> dict[str, Any]:
    (share, error), areas = trial.pooled(outcome), trial.areas[outcome]
    weights = trial.people / trial.people.sum(axis=1, keepdims=True)
    pooled = (shares * weights).sum(axis=2)
    arms = []
    for arm in range(1, len(trial.arms)):
        mean = weights[arm]
        arms.append(
            {
                "arm": trial.arms[arm].name,
                "people": int(trial.people[arm].sum()),
                "share": float(share[arm]),
                "difference": float(share[arm] - share[0]),
                "standard_error": float(np.hypot(error[arm], error[0])),
                "law": _band(pooled[:, arm] - pooled[:, 0]),
                "lift": _band(lift[:, arm - 1] @ mean),
                "lift_before": _band(before[:, arm - 1] @ mean),
                "seen_lift": float(areas[arm] / areas[0]) if areas[0] > 0.0 else None,
                "by_recency": _strata_json(trial, outcome, arm, shares, lift),
            }
        )
    name, shows = trial.outcomes[outcome]
    control = {"people": int(trial.people[0].sum()), "share": float(share[0])}
    return {"column": name, "shows": shows, "control": control, "arms": arms}


def _strata_json(trial: Trial, outcome: int, arm: int, shares: Floats, lift: Floats) -> list[dict[str, Any]]:
    rows = []
    for stratum, days in enumerate(trial.recency if trial.windows is None else ()):
        people, hits = trial.people[[0, arm], stratum], trial.hits[outcome, [0, arm], stratum]
        seen = hits / np.maximum(people, 1)
        error = np.sqrt((seen * (1.0 - seen) / np.maximum(people, 1)).sum())
        rows.append(
            {
                "days_since_order": float(days),
                "people": int(people.sum()),
                "control": float(seen[0]),
                "difference": float(seen[1] - seen[0]),
                "standard_error": float(error),
                "law": _band(shares[:, arm, stratum] - shares[:, 0, stratum]),
                "lift": _band(lift[:, arm - 1, stratum]),
            }
        )
    return rows


def _band(values: Floats) -> dict[str, float]:
    return dict(zip(("p5", "median", "p95"), np.quantile(values, BAND).tolist(), strict=True))


# --- warnings --------------------------------------------------------------------------------------


def trial_warnings(posterior: TrialPosterior) -> list[str]:
    """What the prior hardly allowed, and what the law cannot follow."""
    lines = []
    for trial, lift, before in zip(posterior.trials, posterior.lifts, posterior.before, strict=True):
        lines += _beyond(trial, lift, before)
        gap = misfit(trial, lift.mean(axis=0))
        if gap > POOR:
            lines.append(
                f"{trial.name}: the law does not follow this trial: one lift for each arm and outcome, the same at any "
                f"recency, is better by {gap:.1f} in log chance"
            )
    edge = [row.path for row in posterior.learned if row.at_edge]
    if edge:
        lines.append(f"at the edge of the prior (more than half of the draws outside its 90 %): {', '.join(edge)}")
    return lines


def _beyond(trial: Trial, lift: Floats, before: Floats) -> list[str]:
    lines = []
    for outcome, (name, _) in enumerate(trial.outcomes):
        for arm in range(1, len(trial.arms)):
            weights = trial.people[arm] / trial.people[arm].sum()
            found, usual = float(np.median(lift[:, outcome, arm - 1] @ weights)), before[:, outcome, arm - 1] @ weights
            beyond = float(np.mean(usual >= found if found > np.median(usual) else usual <= found))
            if beyond < RARE:
                low, high = np.quantile(usual, (BAND[0], BAND[-1]))
                lines.append(
                    f"{trial.name}: {trial.arms[arm].name!r} multiplied the hazard of {name!r} by {found:.2f}; the "
                    f"prior expected {low:.2f} to {high:.2f}, and {beyond:.1%} of its draws go as far"
                )
    return lines
