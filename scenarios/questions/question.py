"""What files become: a question with its arms, a market with its beliefs, and where each value was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenarios.building.building import BuildContext
from scenarios.building.placement import is_set, place_point
from scenarios.building.stated_values import by_name, changed_compare, changed_strategy, stated_value, valid_name
from scenarios.errors import InputError
from scenarios.toml.origins import Origin
from scenarios.values.beliefs import Belief
from scenarios.values.criteria import Compare, Tolerances
from scenarios.values.expectations import Expectation
from scenarios.values.own_kpis import OwnKpi, check_people, checked_kpis, measures_with
from scenarios.values.own_strategies import OwnStrategy, Variant, parts_of, with_strategies
from scenarios.values.paths import has
from scenarios.values.replayed_weeks import ReplayedWeeks
from sim.scenario import Customers, Market, Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.output.kpi_window import Measure
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
    replayed: ReplayedWeeks | None = None


@dataclass(frozen=True, repr=False)
class Question:
    """A scenario file, resolved: the arms that it compares and by which criteria.

    `arms` maps each variant's name to its scenario at the market's medians. `beliefs` and `origins` are keyed
    by path; an origin that holds in one arm only has the key `variants.ARM.PATH`. `posterior` has paths as
    columns and draws as rows. `expectations` are claims about the runs, `tolerances` how far a change of the model
    may move their KPIs; `expect` and `check` are the tables that both were read from. `today` is the strategy of the
    shop as it runs: that of the file with what it extends, without any variant; None where only variants complete it.
    `kpis` are those of the user's own, which are measured beside the shipped ones.
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
    replayed: ReplayedWeeks | None = None
    expectations: Mapping[str, Expectation] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    check: Mapping[str, Any] = field(default_factory=dict)
    tolerances: Tolerances = field(default_factory=Tolerances)
    today: Strategy | None = None
    kpis: tuple[OwnKpi, ...] = ()

    @property
    def measures(self) -> Mapping[str, Measure]:
        """What every KPI of its runs is, by name."""
        return measures_with(self.kpis)

    def __repr__(self) -> str:
        run = next(iter(self.arms.values())).run
        arms = ", ".join(map(repr, self.arms))
        uncertain = len({*self.beliefs, *(self.posterior if self.posterior is not None else ())})
        size = f"{run.horizon} days from {run.start}, {run.draws} draws x {run.replications} replications"
        judged = f"judged by {self.compare.kpi}, {uncertain} numbers of the market uncertain"
        return f"Question {self.name!r} ({self.path.name}): {arms}\n{size}, {judged}"

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

    def with_values(self, values: Mapping[str, Any]) -> Question:
        """The question with these values at paths of market, strategy or run, in every arm.

        A value is a text in the notation of files ("20 d"), a number in the stored unit of its path, or what a
        scenario holds there (an `Offer`, a `Rhythm`). A table of median, p5 and p95 makes a number of the market
        uncertain; any other value makes it certain, so that no draw of the beliefs changes it. All other beliefs stay.
        Raises InputError with the path of a value that does not fit.
        """
        values = by_name(values, "with_values", 'values by path, as {"market.fatigue.half_life": "20 d"}')
        context = BuildContext(next(iter(self.arms.values())).market.money.currency, uncertain=True)
        arms = {
            name: place_point(arm, {path: stated_value(arm, path, value, context) for path, value in values.items()})
            for name, arm in self.arms.items()
        }
        beliefs = {path: belief for path, belief in self.beliefs.items() if not is_set(path, values)}
        draws = self.posterior
        if draws is not None:
            draws = draws.drop(columns=[path for path in draws.columns if is_set(path, values)])
        return replace(
            self,
            arms=arms,
            beliefs=beliefs | context.beliefs,
            posterior=draws if draws is not None and draws.columns.size else None,
            origins={**self.origins, **context.origins},
            today=None if self.today is None else self._today_with(values),
        )

    def _today_with(self, values: Mapping[str, Any]) -> Strategy | None:
        """The strategy of today with those of the values that it has a place for."""
        whole = replace(self.own_strategy, programmes={})
        context = BuildContext(whole.market.money.currency, uncertain=True)
        there = {path: value for path, value in values.items() if path.startswith("strategy.") and has(whole, path)}
        return place_point(whole, {path: stated_value(whole, path, there[path], context) for path in there}).strategy

    def with_variants(self, variants: Mapping[str, Variant]) -> Question:
        """The question with these arms in place of its own: the strategy of today (`own_strategy`) with changes on top.

        Changes are those of `[variants.NAME]` in a file, as tables or as paths ("strategy.campaigns.rhythm.every");
        none, for the strategy as it is. Values are those of `with_values`. An arm may also be a strategy of one's own
        beside that of today, or a tuple of changes and such strategies. Raises InputError.
        """
        variants = by_name(variants, "with_variants", "changes of the strategy by the name of an arm")
        base = self.own_strategy
        arms = {valid_name(name): _arm(base, name, variant) for name, variant in variants.items()}
        if not arms:
            raise InputError(place="variants", expected="at least one arm by name", got="none")
        against = self.compare.against if self.compare.against in arms else None
        return replace(self, arms=arms, compare=replace(self.compare, against=against))

    def with_compare(self, **criteria: Any) -> Question:
        """The question with other criteria: the keys of `[compare]` in a file, with the values of `with_values`.

        Those that are not named stay. Raises InputError.
        """
        currency = next(iter(self.arms.values())).market.money.currency
        found = changed_compare(self.compare, criteria, self.arms, self.measures, currency)
        return replace(self, compare=found)

    def with_kpis(self, *kpis: OwnKpi) -> Question:
        """The question with these KPIs of one's own besides; see `scenarios.values.own_kpis.kpi`. Raises InputError."""
        own = checked_kpis((*self.kpis, *kpis))
        check_people(own, next(iter(self.arms.values())).market)
        return replace(self, kpis=own)

    def with_programme(self, name: str, function: Strategist, *, version: str | None = None) -> Question:
        """The question with one more strategy as a plain function in every arm; see `sim.scenario.StrategyFunction`."""
        arms = {arm: scenario.with_programme(name, function, version=version) for arm, scenario in self.arms.items()}
        return replace(self, arms=arms)

    def with_strategies(self, *strategies: OwnStrategy) -> Question:
        """The question with these strategies of one's own in every arm; see `scenarios.values.own_strategies.strategy`.

        Raises InputError.
        """
        arms = {name: with_strategies(arm, strategies, "strategies") for name, arm in self.arms.items()}
        return replace(self, arms=arms)

    def with_mechanism(self, mechanism: Mechanism) -> Question:
        """The question with one more mechanism in every arm."""
        return replace(self, arms={arm: scenario.with_mechanism(mechanism) for arm, scenario in self.arms.items()})


def _arm(base: Scenario, name: str, variant: Variant) -> Scenario:
    """The scenario of one arm: changes of the strategy one after the other, and strategies of one's own."""
    changes, own = parts_of(variant)
    for part in changes:
        base = replace(base, strategy=changed_strategy(base, part, ("variants", name)))
    return with_strategies(base, own, f"variants.{name}")
