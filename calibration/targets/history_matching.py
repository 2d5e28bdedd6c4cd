"""Draws of a market under which the engine gives the targets: history matching, and weights by an emulator.

Some draws are run. An emulator learns each KPI from them; draws at which it is sure to be far from a target are
implausible, the others get the likelihood of the targets as weight. More runs are made where that weight lies, and the
emulator learns from both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.model.importance import systematic
from calibration.model.optimisation import one_thread
from calibration.targets.emulator import Emulator, fitted_emulator, joint_numbers
from calibration.targets.plausible_draws import PlausibleDraws
from calibration.targets.target_file import Target, kpi_text
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Simulator = Callable[[Mapping[str, float], int], Floats]
"""KPIs of the targets, nan where there is none, at a market's numbers by path, with the random numbers of this run."""

WAVES = (160, 80)
"""Runs of the engine in each wave: the first where the market's draws lie, the next where the targets leave them. As
many as in the first show in the end what the targets' KPIs are after matching."""
SAID = 40
"""Runs from one line about them to the next."""
TIMES = 40
"""Candidates for each draw of the posterior."""
IMPLAUSIBLE = 3.0
"""Standard deviations from a target beyond which a draw is ruled out: Pukelsheim's three (1994), as usual in history
matching."""
FLAT = 0.99
"""Effective share of the candidates from which on the targets narrow nothing and the draws stay as they are."""
FEW = 50.0
"""Effective rows of the posterior below which a warning says that little of it is left."""
BAND = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class MatchSettings:
    """Draws that are asked for, a seed, the currency, and what is called with one line as each step begins."""

    draws: int
    seed: int
    currency: str
    say: Callable[[str], None]


@dataclass(frozen=True)
class MatchedTarget:
    """A target, and 5 %, median and 95 % of runs of the engine before and after matching, stored units."""

    target: Target
    before: tuple[float, float, float]
    after: tuple[float, float, float]


@dataclass(frozen=True)
class MatchedNumber:
    """A number of the market by the draws before and after; ratio: of the standard deviations on its belief's scale.
    added: whether the posterior did not have it."""

    path: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    ratio: float
    added: bool


@dataclass(frozen=True)
class Matched:
    """The draws that give the targets; plausible and effective: shares of the candidates; rows: effective ones of the
    posterior's; runs: of the engine."""

    draws: pd.DataFrame
    targets: tuple[MatchedTarget, ...]
    numbers: tuple[MatchedNumber, ...]
    plausible: float
    effective: float
    rows: float
    runs: int

    @property
    def changed(self) -> bool:
        """Whether the draws are others than before."""
        return self.effective < FLAT


@one_thread()
def matched(
    targets: Sequence[Target], simulate: Simulator, population: PlausibleDraws, settings: MatchSettings
) -> Matched:
    """Match the targets. Raises InputError where no draw can give one, or all of them."""
    runs = _Runs(targets, simulate, population, settings)
    candidates = _Candidates(runs, len(population.posterior) * TIMES)
    rng = np.random.default_rng([settings.seed, 52])
    runs.run(runs.table.iloc[: WAVES[0]])
    before = runs.quantiles(slice(0, WAVES[0]))
    for size in WAVES[1:]:
        weights, plausible = candidates.weights()
        if _effective(weights) >= FLAT:
            break
        runs.run(candidates.rows(systematic(weights, size, rng)))
    weights, plausible = candidates.weights()
    effective = _effective(weights)
    if effective >= FLAT:
        pairs = tuple(MatchedTarget(target, *(band, band)) for target, band in zip(targets, before, strict=True))
        return Matched(
            population.posterior, pairs, (), plausible, effective, float(len(population.posterior)), runs.count
        )
    places = systematic(weights, settings.draws, rng)
    first = runs.count
    runs.run(candidates.rows(np.resize(places, WAVES[0])), again=True)
    after = runs.quantiles(slice(first, None))
    found = tuple(MatchedTarget(*row) for row in zip(targets, before, after, strict=True))
    draws = candidates.table.iloc[places].reset_index(drop=True)
    numbers = _numbers(candidates.table, draws, population)
    times = np.bincount(np.arange(weights.size) % len(population.posterior), weights)
    return Matched(draws, found, numbers, plausible, effective, float(1.0 / np.sum(times**2)), runs.count)


class _Runs:
    """Runs of the engine so far, at which numbers, and the KPIs that came out."""

    def __init__(
        self, targets: Sequence[Target], simulate: Simulator, population: PlausibleDraws, settings: MatchSettings
    ) -> None:
        self.targets, self.simulate, self.population, self.settings = targets, simulate, population, settings
        self.table = population.table(sum(WAVES))
        self.points: list[pd.DataFrame] = []
        self.kpis: list[Floats] = []

    @property
    def count(self) -> int:
        return len(self.kpis)

    def run(self, rows: pd.DataFrame, *, again: bool = False) -> None:
        """Run the engine at each row; numbers that `rows` does not have are from the prior.

        again: they and the random numbers are those of the first runs, so that KPIs differ by what `rows` has alone.
        """
        every, first = sum(WAVES) + WAVES[0], 0 if again else self.count
        whole = self.table.iloc[first : first + len(rows)].reset_index(drop=True)
        for path in rows:
            whole[path] = rows[path].to_numpy()
        self.points.append(whole)
        for number, (_, row) in enumerate(whole.iterrows(), first):
            if self.count % SAID == 0:
                self.settings.say(f"running the shop's past, {self.count} of at most {every} runs")
            self.kpis.append(self.simulate({str(path): float(value) for path, value in row.items()}, number))
        self._check()

    def _check(self) -> None:
        for target, found in zip(self.targets, np.array(self.kpis).T, strict=True):
            if np.isfinite(found).sum() < 0.5 * found.size:
                problem = "nothing of it happens in most runs of the shop's past"
                raise InputError(problem, place=target.place, expected="a KPI that the history's strategy can have")

    def quantiles(self, part: slice) -> list[tuple[float, float, float]]:
        """5 %, median and 95 % of each KPI over some of the runs."""
        found = np.nanquantile(np.array(self.kpis[part]), BAND, axis=0).T
        return [(float(low), float(middle), float(high)) for low, middle, high in found]

    def emulators(self, centre: Floats, spread: Floats) -> list[Emulator]:
        """One for each target, in standardised numbers."""
        import pandas as pd

        x = (self.population.scaled(pd.concat(self.points)) - centre) / spread
        found = []
        for target, y in zip(self.targets, np.array(self.kpis).T, strict=True):
            known = np.isfinite(y)
            found.append(fitted_emulator(x[known], _emulated(y[known], target.unit)))
        return found


class _Candidates:
    """Draws among which the targets choose: rows of the posterior, with draws of the numbers that KPIs depend on."""

    def __init__(self, runs: _Runs, size: int) -> None:
        self.runs, self.size = runs, size
        self.table = runs.table
        found = runs.population.scaled(runs.table)
        self.centre = found.mean(axis=0)
        deviation = found.std(axis=0)
        self.spread = np.where(deviation > 1e-9, deviation, 1.0)

    def rows(self, places: Places) -> pd.DataFrame:
        return self.table.iloc[places]

    def weights(self) -> tuple[Floats, float]:
        """Normalised weights of the candidates by the targets' likelihood, and the share that is plausible.

        Raises InputError where none is.
        """
        emulators = self.runs.emulators(self.centre, self.spread)
        every = [str(path) for path in self.runs.table]
        active = [every[place] for place in joint_numbers(emulators)]
        self.table = self.runs.population.table(self.size, active)
        x = np.zeros((self.size, len(every)))
        where = [every.index(str(path)) for path in self.table]
        x[:, where] = (self.runs.population.scaled(self.table) - self.centre[where]) / self.spread[where]
        away, log_weight = np.zeros(self.size), np.zeros(self.size)
        for place, (target, emulator) in enumerate(zip(self.runs.targets, emulators, strict=True)):
            mean, sd = emulator.predict(x)
            wanted, tolerance = _wanted(target)
            whole = np.hypot(sd, tolerance)
            far = np.abs(wanted - mean) / whole
            if far.min() > IMPLAUSIBLE:
                raise self._impossible(place)
            away = np.maximum(away, far)
            log_weight -= 0.5 * far**2 + np.log(whole)
        plausible = away <= IMPLAUSIBLE
        if not plausible.any():
            names = ", ".join(target.kpi for target in self.runs.targets)
            problem = "each of the targets is plausible, but no market gives all of them"
            raise InputError(problem, place=self.runs.targets[0].place, expected="targets that go together", got=names)
        weights = np.where(plausible, np.exp(log_weight - log_weight[plausible].max()), 0.0)
        return weights / weights.sum(), float(plausible.mean())

    def _impossible(self, place: int) -> InputError:
        target = self.runs.targets[place]
        seen = np.array([row[place] for row in self.runs.kpis])
        low, high, got = (
            kpi_text(target.kpi, float(value), self.runs.settings.currency)
            for value in (np.nanmin(seen), np.nanmax(seen), target.value)
        )
        expected = f"what the shop's past gives in plausible markets, {low} to {high}"
        return InputError("no plausible market gives this", place=target.place, expected=expected, got=got)


def _emulated(value: Floats, unit: str) -> Floats:
    """KPIs on a scale on which their spread depends little on where they are."""
    if unit == "share":
        return np.asarray(np.arcsin(np.sqrt(value.clip(0.0, 1.0))))
    return np.asarray(np.log(np.maximum(value, 1e-9))) if unit == "time" else value


def _wanted(target: Target) -> tuple[float, float]:
    """A target and its standard deviation on the emulated scale."""
    ends = np.array([target.value - target.sd, target.value, target.value + target.sd])
    if target.unit == "time":
        ends[0] = max(ends[0], 0.5 * target.value)
    low, middle, high = _emulated(ends, target.unit)
    width = np.diff(np.clip(ends[[0, 2]], 0.0, 1.0))[0] if target.unit == "share" else ends[2] - ends[0]
    return float(middle), float((high - low) / width * target.sd)


def _effective(weights: Floats) -> float:
    """Effective share of the candidates (Kish)."""
    return float(1.0 / np.sum(weights**2) / weights.size)


def _numbers(before: pd.DataFrame, after: pd.DataFrame, population: PlausibleDraws) -> tuple[MatchedNumber, ...]:
    """What became of each number, the most narrowed first."""
    spreads = [population.scaled(table).std(axis=0) for table in (before, after)]
    ratios = np.divide(spreads[1], spreads[0], out=np.ones_like(spreads[0]), where=spreads[0] > 1e-9)
    rows = []
    for path, ratio in zip(before, ratios, strict=True):
        ends = [tuple(float(end) for end in table[path].quantile(BAND)) for table in (before, after)]
        added = path not in population.posterior
        rows.append(MatchedNumber(str(path), ends[0], ends[1], float(ratio), added))  # type: ignore[arg-type]
    return tuple(sorted(rows, key=lambda row: row.ratio))
