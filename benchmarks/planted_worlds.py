"""Planted worlds: shops whose true market is known, their files as a shop's systems write them, and what follows.

A world's market is one draw from the prior, addressed by seed and number. The engine simulates it under a known
history: from nobody on, with leads who are added each day, a campaign every 15 days, care and a welcome. Its orders and
all that was done go into files. The same world then goes on under any rhythm: the same people and the same random
numbers up to the cut, others after it in each replication, newcomers too; the shocks of weeks alone are the same in all
of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.worlds import read_question
from scenarios import Question, belief_table, get, with_values
from sim.draws import replication_key
from sim.engine import advance, close_run, open_run
from sim.output.event_tables import EventTables, Named, Table
from sim.output.ledger import Ledger
from sim.people.trait_draws import Keys
from sim.scenario import Market, Scenario
from sim.state.first_morning import RunOptions, replication_number

START = date(2024, 1, 1)
EVERY, FIRST = 15, 9
"""Days from one campaign of the history to the next, and its first day."""
DEPTH = "20 %"
RHYTHMS: dict[str, int | None] = {
    "7 days": 7, "10 days": 10, "15 days": 15, "20 days": 20, "30 days": 30, "none": None,
}  # fmt: skip
"""Strategies after the cut: a campaign every so many days."""
LEADS = (2.0, 40.0)
"""Fewest and most leads a day."""
PILOT = 8.0
"""Leads a day with which a world is tried first, to find how many it takes for the customers that are asked for."""
FITTED = ("market.need.order_rate.", "market.need.dropout_rate.", "market.need.regularity",
          "market.need.week_shock", "market.need.level", "market.spend.")  # fmt: skip
"""Beginnings of the paths that a calibration fits on orders alone."""

FACTS = """
[market]
start_with = {{ value = 0, source = "the customers of the order file are used" }}

[market.sources.store_orders]
exposures = {{ value = "{exposures:.6f} per d", source = "the shop counts them" }}
"""

STRATEGY = """
[strategy.acquisition.store_orders]

[strategy.outreach.care]
who     = {{ stage = ["first_buyer", "repeater"], recency = "< 120 d" }}
every   = "15 d"
from    = {start}
at      = "20:00"
channel = "direct"
style   = "personal"
content = "care"

[strategy.welcome]
push = "20 %"

[strategy.limits]
touches_per_30d = 8

[strategy.service]
unlimited = true
"""

CAMPAIGN = """
[strategy.campaigns.{name}]
{days}
lasts   = "3 d"
phases  = ["launch"]
at      = "12:00"
channel = "direct"
offer   = {{ format = "percent", depth = "{depth}" }}
holdout = "{holdout:.0%}"
"""

RUN = """
[run]
start        = {start}
horizon      = "{horizon} d"
warm_up      = "{warm_up} d"
cool_down    = "0 d"
draws        = {draws}
replications = {replications}
seed         = {seed}
"""


@dataclass(frozen=True)
class WorldPlan:
    """The size of planted worlds: days of history and days after it, customers at the cut (about), and the share of
    people whom the history's campaigns leave out by lot."""

    seed: int = 1
    days: int = 540
    ahead: int = 360
    customers: int = 1200
    holdout: float = 0.0

    @property
    def cut(self) -> date:
        """The first day after the history."""
        return START + timedelta(days=self.days)


@dataclass(frozen=True)
class PlantedWorld:
    """One world: its plan, its number, and how many prospects are reached a day."""

    plan: WorldPlan
    number: int
    exposures: float

    @cached_property
    def prior(self) -> Question:
        """The shop under the history's strategy in the prior market."""
        return read_question(
            self._own("library:base") + STRATEGY.format(start=START) + self.run_text(START, self.plan.days)
        )

    @cached_property
    def true_values(self) -> dict[str, float]:
        """The true numbers by path, in stored units."""
        return true_values(self.prior, self.number)

    @property
    def market(self) -> Market:
        """The true market."""
        return with_values(next(iter(self.prior.arms.values())), self.true_values).market

    def _own(self, market: str) -> str:
        return self.facts().replace("[market]", f'[market]\nfrom = "{market}"', 1)

    def facts(self) -> str:
        """What the shop knows of its market, as text of a file."""
        return FACTS.format(exposures=self.exposures)

    def run_text(self, start: date, horizon: int, *, warm_up: int = 0, draws: int = 2, replications: int = 1) -> str:
        """Settings of a run as text of a file."""
        return RUN.format(
            start=start, horizon=horizon, warm_up=warm_up, draws=draws, replications=replications, seed=self.plan.seed
        )

    def history_text(self, market: str, run: str, *, holdout: float) -> str:
        """A scenario whose strategy is that of the history, with this share left out of its campaigns."""
        first = START + timedelta(days=FIRST)
        campaign = _campaign("rhythm", f'every   = "{EVERY} d"\nfirst   = {first}', holdout)
        return f'[market]\nfrom = "{market}"\n' + STRATEGY.format(start=START) + campaign + run

    def question_text(self, market: str, run: str) -> str:
        """A question with one arm for each rhythm, from the cut on."""
        arms = ["\n[compare]\nreferences = []\n"]
        for name, days in RHYTHMS.items():
            arms.append(f'\n[variants."{name}"]\n')
            if days is not None:
                plan = _campaign("rhythm", self._rhythm(days), 0.0)
                arms.append(plan.replace("[strategy.", f'[variants."{name}".strategy.'))
        return f'[market]\nfrom = "{market}"\n' + STRATEGY.format(start=START) + run + "".join(arms)

    def scenario(self, rhythm: int | None) -> Scenario:
        """The true world: the history up to the cut, then a campaign every `rhythm` days, or none."""
        plan = self.plan
        run = self.run_text(START, plan.ahead, warm_up=plan.days)
        before = [START + timedelta(days=day) for day in range(FIRST, plan.days, EVERY)]
        text = self._own("library:base") + STRATEGY.format(start=START)
        text += _campaign("past", f"on      = [{', '.join(map(str, before))}]", plan.holdout)
        if rhythm is not None:
            text += _campaign("rhythm", self._rhythm(rhythm), 0.0)
        return with_values(next(iter(read_question(text + run).arms.values())), self.true_values)

    def _rhythm(self, days: int) -> str:
        since = (self.plan.days - FIRST) % EVERY
        return f'every   = "{days} d"\nfirst   = {self.plan.cut + timedelta(days=EVERY - since if since else 0)}'


def _campaign(name: str, days: str, holdout: float) -> str:
    return CAMPAIGN.format(name=name, days=days, depth=DEPTH, holdout=holdout)


def true_values(prior: Question, number: int) -> dict[str, float]:
    """The numbers of the prior's draw `number` by path."""
    row = belief_table(prior, number + 2).iloc[number]
    return {str(path): float(value) for path, value in row.items()}


def planted_world(plan: WorldPlan, number: int) -> PlantedWorld:
    """World `number` of a plan; a first run with a fixed number of leads shows how many it needs."""
    trial = PlantedWorld(plan, number, 1.0)
    add_rate = trial.market.sources["store_orders"].add_rate
    trial = replace(trial, exposures=PILOT / add_rate)
    found = customers_of(past_of(trial)).size
    leads = float(np.clip(PILOT * plan.customers / max(found, 1), *LEADS))
    return PlantedWorld(plan, number, leads / add_rate)


def past_of(world: PlantedWorld) -> EventTables:
    """What happened up to the cut."""
    opened = open_run(world.scenario(EVERY), world.number, 0, RunOptions(tables=True))
    advance(opened, world.plan.days)
    assert opened.recorder is not None
    return opened.recorder.tables(opened.state)


def customers_of(tables: EventTables) -> npt.NDArray[np.uint64]:
    """Identities of those who have ordered, rising."""
    return np.unique(np.asarray(tables.orders["person"], dtype=np.uint64))


@dataclass(frozen=True)
class Continuation:
    """What followed the cut: order-days of customers who had ordered before it and of people who were added after it,
    their weekly order-days (existing only), and contribution profit, cents."""

    existing: float
    newcomers: float
    weekly: npt.NDArray[np.float64]
    profit: float


def continuation(world: PlantedWorld, rhythm: int | None, replication: int) -> Continuation:
    """The world goes on from the cut under a rhythm, with the random numbers of this replication."""
    cut, seed = world.plan.days, world.plan.seed
    opened = open_run(world.scenario(rhythm), world.number, 0, RunOptions(tables=True))
    advance(opened, cut)
    # a replication of its own has the number of none of the worlds: their draws come first
    key = replication_key(seed, replication_number(world.number, 1 + replication))
    opened.state.population.keys = Keys(key, key)
    advance(opened, cut + world.plan.ahead)
    opened.state.threads.close()
    return what_followed(close_run(opened), cut)


def what_followed(ledger: Ledger, cut: int) -> Continuation:
    """Order-days from day `cut` of a run on, by who they are of."""
    assert ledger.tables is not None
    orders, people = ledger.tables.orders, ledger.tables.people
    who, day = np.asarray(orders["person"]), np.floor(np.asarray(orders["instant"])).astype(np.int64)
    known = np.asarray(people["person"])[np.asarray(people["orders_before"]) > 0]
    existing = np.concatenate([known, who[day < cut]])
    added = np.asarray(people["added"])
    newcomers = np.asarray(people["person"])[(added >= cut) & (np.asarray(people["orders_before"]) == 0)]
    later = np.unique(np.stack([who[day >= cut], day[day >= cut].astype(np.uint64)]), axis=1)
    of_existing = np.isin(later[0], existing)
    week = (later[1][of_existing].astype(np.int64) - cut) // 7
    profit = float(ledger.contribution()[cut:].sum())
    of_new = float(np.isin(later[0], newcomers).sum())
    return Continuation(float(of_existing.sum()), of_new, np.bincount(week).astype(float), profit)


# --- files -------------------------------------------------------------------------------------


def write_files(world: PlantedWorld, tables: EventTables, folder: Path, *, true_responses: bool) -> None:
    """orders.csv, touches.csv, leads.csv, campaigns.csv, prior.toml and history.toml of a world.

    true_responses: the prior has the true numbers of all that orders alone do not fit, without a spread.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = 'extends = "library:base"\n' + world.facts()
    (folder / "prior.toml").write_text(head, encoding="utf-8")
    if true_responses:
        _fix_responses(world, folder)
    run = world.run_text(START, world.plan.days)
    (folder / "history.toml").write_text(world.history_text("prior.toml", run, holdout=0.0), encoding="utf-8")
    _orders(tables, folder / "orders.csv")
    _touches(tables, folder / "touches.csv")
    _leads(tables, folder / "leads.csv")
    _campaigns(tables, folder / "campaigns.csv")


def _fix_responses(world: PlantedWorld, folder: Path) -> None:
    from scenarios import write_market

    exposures = "market.sources.store_orders.exposures"
    facts = {exposures: float(get(next(iter(world.prior.arms.values())), exposures))}
    values = {path: value for path, value in world.true_values.items() if not path.startswith(FITTED)} | facts
    sources = dict.fromkeys(values, "the truth")
    write_market(folder / "prior.toml", extends="library:base", values=values, sources=sources, tables={})


def _orders(tables: EventTables, path: Path) -> None:
    import pandas as pd

    orders = tables.orders
    pd.DataFrame({
        "customer_id": _ids(orders),
        "order_date": _dates(np.asarray(orders["instant"])),
        "amount": np.asarray(orders["paid"]) / 100,
        "discount": np.asarray(orders["discount"]) / 100,
    }).to_csv(path, index=False)  # fmt: skip


def _touches(tables: EventTables, path: Path) -> None:
    import pandas as pd

    sent = tables.messages
    pd.DataFrame({
        "person": _ids(sent),
        "time": _times(np.asarray(sent["instant"])),
        "channel": _names(sent, "channel"),
        "content": _names(sent, "content"),
        "programme": _names(sent, "programme"),
        "style": _names(sent, "style"),
    }).to_csv(path, index=False)  # fmt: skip


def _leads(tables: EventTables, path: Path) -> None:
    import pandas as pd

    people, orders, left = tables.people, tables.orders, tables.relations
    first = pd.Series(np.asarray(orders["instant"])).groupby(np.asarray(orders["person"])).min()
    ended = {}
    for kind in ("delete", "dispute"):
        gone = np.asarray(_names(left, "kind")) == kind
        days = pd.Series(np.asarray(left["instant"])[gone], index=np.asarray(left["person"])[gone])
        ended[kind] = days[~days.index.duplicated()]
    person = np.asarray(people["person"])
    pd.DataFrame({
        "person": _ids(people),
        "added": _dates(np.asarray(people["added"], dtype=float)),
        "source": _names(people, "source"),
        "first_order": _dates(first.reindex(person).to_numpy(float)),
        "deleted": _dates(ended["delete"].reindex(person).to_numpy(float)),
        "disputed": _dates(ended["dispute"].reindex(person).to_numpy(float)),
    }).to_csv(path, index=False)  # fmt: skip


def _campaigns(tables: EventTables, path: Path) -> None:
    import pandas as pd

    held = tables.campaigns
    first, end = np.asarray(held["first"]), np.asarray(held["end"])
    names = [f"{name} {number + 1}" for number, name in enumerate(_names(held, "campaign"))]
    pd.DataFrame({
        "name": names, "programme": _names(held, "campaign"), "first": _dates(first.astype(float)),
        "last": _dates(end - 1.0), "format": "percent", "depth": DEPTH, "channel": "direct",
        "phases": "launch",
    }).to_csv(path, index=False)  # fmt: skip


def _ids(table: Table) -> list[str]:
    return [f"C{one:016X}" for one in np.asarray(table["person"]).tolist()]


def _names(table: Table, column: str) -> npt.NDArray[np.str_]:
    found = table[column]
    assert isinstance(found, Named)
    return np.asarray(found.names, dtype=str)[found.places] if found.places.size else np.zeros(0, dtype=str)


def _dates(days: npt.NDArray[np.float64]) -> list[str]:
    return ["" if np.isnan(day) else str(START + timedelta(days=int(np.floor(day)))) for day in days]


def _times(instants: npt.NDArray[np.float64]) -> list[str]:
    minutes = np.floor(instants * 1440).astype(np.int64)
    return [f"{START + timedelta(days=int(m // 1440))} {m % 1440 // 60:02d}:{m % 60:02d}" for m in minutes]
