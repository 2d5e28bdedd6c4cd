"""What files become: a question with its arms, a market with its beliefs, and where each value was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenarios.values.criteria import Compare, Tolerances
from scenarios.values.expectations import Expectation
from sim.scenario import Customers, Market, Scenario
from sim.units import Scale

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Mechanism, Strategist, Strategy


HistorySaid = Literal["stated", "none", "not said"]
"""What a market says of the past of its customers: that the shop stated what it did, or not; markets without customers
and those of earlier versions say nothing."""
COUNTED_TWICE = (
    "what the shop did in the past is not stated, so past and planned campaigns and messages are counted twice: once "
    "in the rates fitted on its orders, once in the plan; calibrate with --history FILE, a scenario whose [strategy] "
    "is what was done"
)
"""What is said of a market that was fitted on orders alone, and of every verdict on it."""


@dataclass(frozen=True)
class Belief:
    """What is believed of one uncertain number, in stored units; a split normal on `scale`."""

    median: float
    p5: float
    p95: float
    scale: Scale
    source: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where a value was written, and the source that its writer names."""

    file: str
    line: int
    source: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{self.source} ({place})" if self.source else place


@dataclass(frozen=True)
class MarketFile:
    """A resolved market: its medians, what is uncertain in it, and the tables that it names."""

    market: Market
    beliefs: Mapping[str, Belief]
    posterior: pd.DataFrame | None
    customers: Customers | None
    customers_path: Path | None
    posterior_path: Path | None
    origins: Mapping[str, Origin]
    files: tuple[Path, ...]
    history: HistorySaid = "not said"
    history_path: Path | None = None


@dataclass(frozen=True)
class Question:
    """A scenario file, resolved: the arms that it compares and by which criteria.

    `arms` maps each variant's name to its scenario at the market's medians. `beliefs` and `origins` are keyed
    by path; an origin that holds in one arm only has the key `variants.ARM.PATH`. `posterior` has paths as
    columns and draws as rows. `expectations` are claims about the runs, `tolerances` how far a change of the model
    may move their KPIs; `expect` and `check` are the tables that both were read from. `today` is the strategy of the
    shop as it runs: that of the file with what it extends, without any variant; None where only variants complete it.
    """

    name: str
    question: str
    path: Path
    arms: Mapping[str, Scenario]
    compare: Compare
    beliefs: Mapping[str, Belief]
    posterior: pd.DataFrame | None
    origins: Mapping[str, Origin]
    files: tuple[Path, ...]
    customers_path: Path | None = None
    posterior_path: Path | None = None
    history: HistorySaid = "not said"
    history_path: Path | None = None
    expectations: Mapping[str, Expectation] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    check: Mapping[str, Any] = field(default_factory=dict)
    tolerances: Tolerances = field(default_factory=Tolerances)
    today: Strategy | None = None

    @property
    def counted_twice(self) -> bool:
        """Whether the market was fitted on orders of which nobody stated under what campaigns and messages."""
        fitted = self.customers_path is not None or self.posterior_path is not None
        return fitted and self.history != "stated"

    @property
    def own_strategy(self) -> Scenario:
        """The shop with its own strategy: the only arm; of several arms the strategy of today, else the first."""
        first = next(iter(self.arms.values()))
        if len(self.arms) == 1 or self.today is None:
            return first
        return replace(first, strategy=self.today, programmes={})

    def with_programme(self, name: str, function: Strategist, *, version: str | None = None) -> Question:
        """The question with one more strategy as a plain function in every arm; see `sim.scenario.StrategyFunction`."""
        arms = {arm: scenario.with_programme(name, function, version=version) for arm, scenario in self.arms.items()}
        return replace(self, arms=arms)

    def with_mechanism(self, mechanism: Mechanism) -> Question:
        """The question with one more mechanism in every arm."""
        return replace(self, arms={arm: scenario.with_mechanism(mechanism) for arm, scenario in self.arms.items()})
