"""What files become: a question with its arms, a market with its beliefs, and where each value was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenarios.building.building import BuildContext
from scenarios.building.placement import is_set, place_point
from scenarios.building.stated_values import by_name, changed_compare, changed_strategy, stated_value, valid_name
from scenarios.errors import InputError, shown
from scenarios.toml.origins import Origin
from scenarios.toml.toml_document import label
from scenarios.values.beliefs import Belief
from scenarios.values.criteria import Compare, Tolerances
from scenarios.values.expectations import Expectation
from scenarios.values.own_formats import by_format, checked_formats
from scenarios.values.own_kpis import OwnKpi, check_people, checked_kpis, measures_with
from scenarios.values.own_mechanisms import given_to
from scenarios.values.own_strategies import OwnStrategy, Variant, parts_of, with_strategies
from scenarios.values.paths import has, market_shapes
from scenarios.values.replayed_weeks import ReplayedWeeks
from sim.offers.own_format import OwnFormat
from sim.scenario import Customers, Market, Mechanism, Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.output.kpi_window import Measure
    from sim.scenario import Strategist, Strategy


HistorySaid = Literal["stated", "none", "not said"]
"""What a market says of the past of its customers: that the shop stated what it did, or not; markets without customers
and those of earlier versions say nothing."""
COUNTED_TWICE = (
    "what the shop did in the past is not stated, so past and planned campaigns and messages are counted twice: once "
    "in the rates fitted on its orders, once in the plan; calibrate with --history FILE, a scenario whose [strategy] "
    "is what was done"
)
"""What is said of a market that was fitted on orders alone, and of every verdict on it."""


@dataclass(frozen=True, repr=False)
class MarketFile:
    """A market file, resolved: its numbers, what is uncertain in them, and the tables that it names.

    `load_market` reads one. Numbers are in stored units: days, cents, shares as fractions.
    """

    market: Market
    """The market with every uncertain number at its median."""
    beliefs: Mapping[str, Belief]
    """What is believed of each uncertain number before the orders, by path: `median`, `p5`, `p95` and `source`."""
    posterior: pd.DataFrame | None
    """The draws that calibration wrote: a row for each plausible market, a column for each number learned, named by
    its path; None for a market that no data were fitted on."""
    customers: Customers | None
    """The shop's own customers on day one; None where the market has synthetic people alone."""
    customers_path: Path | None
    """The file of the customers."""
    posterior_path: Path | None
    """The file of the draws."""
    origins: Mapping[str, Origin]
    """Where each value was written, by path: `file`, `line` and `source`."""
    files: tuple[Path, ...]
    """The file and those that it stands on."""
    history: HistorySaid = "not said"
    """Whether what the shop did in the past is stated: stated, none, or not said."""
    history_path: Path | None = None
    """The file of what the shop did to its customers."""
    replayed: ReplayedWeeks | None = None
    """What came out when the shop's last weeks were simulated again."""

    def __repr__(self) -> str:
        draws = 0 if self.posterior is None else len(self.posterior)
        learned = 0 if self.posterior is None else self.posterior.columns.size
        of_data = f"{learned} numbers learned from data, {draws} draws of them" if draws else "no numbers from data"
        beliefs = sum(self.posterior is None or path not in self.posterior for path in self.beliefs)
        people = 0 if self.customers is None else len(self.customers.identity)
        own = f"; {people:,} customers" if people else ""
        return f"MarketFile {label(self.files[0])}: {of_data}, {beliefs} uncertain by belief alone{own}"

    def to_frame(self) -> pd.DataFrame:
        """One row for each uncertain number: path, unit, median, p5, p95, learned, source.

        Of a number that data were fitted on (`learned`) they are the quantiles of its draws, of any other those of its
        belief. Numbers are in the stored unit, which `unit` names. `source` is what the file says of the number.
        """
        import pandas as pd

        shapes = market_shapes(self.market)
        draws = {} if self.posterior is None else {str(path): column for path, column in self.posterior.items()}
        rows = []
        for path in sorted({*self.beliefs, *draws}):
            belief, unit, origin = self.beliefs.get(path), shapes[path].unit, self.origins.get(path)
            if path in draws:
                numbers = tuple(draws[path].quantile([0.5, 0.05, 0.95]))
            else:
                assert belief is not None
                numbers = (belief.median, belief.p5, belief.p95)
            stored = "" if unit is None else unit.stored
            rows.append((path, stored, *numbers, path in draws, origin.source if origin else None))
        return pd.DataFrame(rows, columns=["path", "unit", "median", "p5", "p95", "learned", "source"])


@dataclass(frozen=True, repr=False)
class Question:
    """A scenario file, resolved: the arms that it compares, and by which criteria.

    `load` reads one. It is never changed in place: each method gives another question.
    """

    name: str
    """Name of the question."""
    question: str
    """What is asked, in one line."""
    path: Path
    """The file."""
    arms: Mapping[str, Scenario]
    """By name, each arm's scenario at the medians of the market: `market`, `strategy`, `run`, `customers`."""
    compare: Compare
    """How arms are compared: the keys of `[compare]`."""
    beliefs: Mapping[str, Belief]
    """What is believed of each uncertain number of the market, by path: `median`, `p5`, `p95` and `source`."""
    posterior: pd.DataFrame | None
    """Draws of a fitted market: a row for each plausible market, a column for each number learned, by path; None
    without a fit."""
    origins: Mapping[str, Origin]
    """Where each value was written, by path: `file`, `line` and `source`; what holds in one arm only has the key
    `variants.ARM.PATH`."""
    files: tuple[Path, ...]
    """The file and all that it stands on."""
    customers_path: Path | None = None
    """The file of the shop's own customers."""
    posterior_path: Path | None = None
    """The file that the draws come from."""
    history: HistorySaid = "not said"
    """Whether what the shop did in the past is stated in its market: stated, none, or not said."""
    history_path: Path | None = None
    """The file of what the shop did to its own customers."""
    replayed: ReplayedWeeks | None = None
    """What came out when the last weeks of the shop's past were simulated again."""
    expectations: Mapping[str, Expectation] = field(default_factory=dict)
    """The claims that its runs must meet, by name."""
    expect: Mapping[str, Any] = field(default_factory=dict)
    """The table `[expect]` as it was read."""
    check: Mapping[str, Any] = field(default_factory=dict)
    """The table `[check]` as it was read."""
    tolerances: Tolerances = field(default_factory=Tolerances)
    """How far a change of the model may move KPIs."""
    today: Strategy | None = None
    """The strategy of the shop as it runs: that of the file with what it extends, without any variant; None where only
    variants complete it."""
    kpis: tuple[OwnKpi, ...] = ()
    """KPIs of one's own, which are measured beside the shipped ones."""
    offers: tuple[type[OwnFormat], ...] = ()
    """Discount formats of one's own, in which its offers may be."""

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
    def states_draws(self) -> bool:
        """Whether a file of the user's, and not the library alone, states the number of draws."""
        origin = self.origins.get("run.draws")
        return origin is not None and not (origin.file.startswith("library/") and not Path(origin.file).exists())

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
        A bare number for a rhythm keeps what the rhythm counts: days, or cycles.

            question = rh.load("shop.toml").with_values({"market.fatigue.half_life": 20, "strategy.service.agents": 2})
            print(question)

        Raises InputError with the path of a value that does not fit.
        """
        values = by_name(values, "with_values", 'values by path, as {"market.fatigue.half_life": "20 d"}')
        context = self._building(next(iter(self.arms.values())))
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
        context = self._building(whole)
        there = {path: value for path, value in values.items() if path.startswith("strategy.") and has(whole, path)}
        return place_point(whole, {path: stated_value(whole, path, there[path], context) for path in there}).strategy

    def _building(self, scenario: Scenario) -> BuildContext:
        currency = scenario.market.money.currency
        return BuildContext(currency, uncertain=True, formats=by_format(self.offers))

    def with_variants(self, variants: Mapping[str, Variant]) -> Question:
        """The question with these arms in place of its own: the strategy of today (`own_strategy`) with changes on top.

        Changes are those of `[variants.NAME]` in a file, as tables or as paths ("strategy.campaigns.rhythm.every");
        none, for the strategy as it is. Values are those of `with_values`; a bare number for a rhythm ("every") counts
        what the rhythm of today counts, else days. An arm may also be a strategy of one's own beside that of today, or
        a tuple of changes and such strategies.

            question = rh.load("shop.toml")
            arms = {"as it is": {}, "every 15 days": {"strategy.campaigns.rhythm.every": 15}}
            print(list(question.with_variants(arms).arms))

        Raises InputError.
        """
        variants = by_name(variants, "with_variants", "changes of the strategy by the name of an arm")
        base = self.own_strategy
        arms = {valid_name(name): self._arm(base, name, variant) for name, variant in variants.items()}
        if not arms:
            raise InputError(place="variants", expected="at least one arm by name", got="none")
        against = self.compare.against if self.compare.against in arms else None
        return replace(self, arms=arms, compare=replace(self.compare, against=against))

    def _arm(self, base: Scenario, name: str, variant: Variant) -> Scenario:
        """The scenario of one arm: changes of the strategy one after the other, and strategies of one's own."""
        changes, own = parts_of(variant)
        for part in changes:
            strategy = changed_strategy(base, part, ("variants", name), by_format(self.offers))
            base = replace(base, strategy=strategy)
        return with_strategies(base, own, f"variants.{name}")

    def with_compare(self, **criteria: Any) -> Question:
        """The question with other criteria: the keys of `[compare]` in a file, with the values of `with_values`.

        Those that are not named stay.

            print(rh.load("shop.toml").with_compare(kpi="ltv", subject_to={"optout_rate": "< 7 % per 30 d"}))

        Raises InputError.
        """
        currency = next(iter(self.arms.values())).market.money.currency
        found = changed_compare(self.compare, criteria, self.arms, self.measures, currency)
        return replace(self, compare=found)

    def with_kpis(self, *kpis: OwnKpi) -> Question:
        """The question with these KPIs of one's own besides, which `kpi` makes. Raises InputError."""
        own = checked_kpis((*self.kpis, *kpis))
        check_people(own, next(iter(self.arms.values())).market)
        return replace(self, kpis=own)

    def with_offers(self, *offers: type[OwnFormat]) -> Question:
        """The question with these discount formats of one's own besides, in which its offers may then be; see
        `scenarios.values.own_formats.offer`. Raises InputError."""
        return replace(self, offers=checked_formats((*self.offers, *offers)))

    def with_programme(self, name: str, function: Strategist, *, version: str | None = None) -> Question:
        """The question with one more strategy as a plain function in every arm.

        The function is called each midnight with a `PublicView` and its memory, a dictionary, and returns `Actions` and
        the memory. `version` stands for what it does in the key of a run; without one runs are neither stored nor
        reused. Raises InputError.
        """
        if not isinstance(name, str):
            raise InputError(place="with_programme", expected="a name and a function", got=shown(name))
        arms = {arm: scenario.with_programme(name, function, version=version) for arm, scenario in self.arms.items()}
        return replace(self, arms=arms)

    def with_strategies(self, *strategies: OwnStrategy) -> Question:
        """The question with these strategies of one's own in every arm; see `scenarios.values.own_strategies.strategy`.

        Raises InputError.
        """
        arms = {name: with_strategies(arm, strategies, "strategies") for name, arm in self.arms.items()}
        return replace(self, arms=arms)

    def with_mechanism(self, mechanism: Mechanism) -> Question:
        """The question with one more mechanism in every arm. Raises InputError."""
        if not isinstance(mechanism, Mechanism):
            raise InputError(place="with_mechanism", expected="a Mechanism", got=shown(mechanism))
        return self.with_mechanisms(mechanism)

    def with_mechanisms(self, *mechanisms: Mechanism) -> Question:
        """The question with these mechanisms besides, in every arm; see `scenarios.values.own_mechanisms.mechanism`.

        Raises InputError.
        """
        return replace(self, arms=given_to(self.arms, mechanisms))
