"""The files of a calibration: a market, its draws, the shop's customers, and the answer as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.calibration_result import Calibration
from calibration.levels.shop_season import EVEN, YEAR
from calibration.model import priors as paths
from calibration.model.likelihood import Parameters, days_before, histories, shares
from calibration.model.posterior import FittedMarket, drawn_parameters
from calibration.orders.identities import identities
from calibration.orders.order_history import Orders
from calibration.records.recorded_people import RecordedPeople, leads_rows
from calibration.responses.motives import SEEKER_ORDERS, SEEKERS, law_at_medians
from scenarios.errors import InputError
from scenarios.reading.history_table import write_history
from scenarios.toml.atomic_write import changed_whole, write_file, write_whole
from scenarios.writing.write_scenario import market_text
from sim.scenario import BigDate

if TYPE_CHECKING:
    import pandas as pd

HISTORY = "history.parquet"
CUSTOMERS = "customers.parquet"
ANSWERS = ("calibration.json", "market.toml")
"""The files that are written last, so that no market lies beside tables of another."""
PAGES = ("calibration.html", "responses.svg", "replay.svg", "recovery.svg")
"""What an earlier calibration may have drawn."""
WAYS_DRAWS = 20
"""Draws of the parameters over which the shares of the ways are averaged in which a customer may have come."""


def check_folder(out: Path) -> None:
    """Raise InputError where `out` cannot be a folder because a file stands there or above it."""
    try:
        place = next((p for p in (out, *out.parents) if p.exists()), None)
    except OSError as problem:
        raise _unwritable(out, problem) from None
    if place is not None and not place.is_dir():
        raise InputError(place=f"--out {out}", expected="a folder, new or existing", got=f"the file {place}")


def write(answer: Calibration, out: Path, reading: str) -> None:
    """Write market.toml, posterior.parquet, customers.parquet, reading.toml and calibration.json together, and
    history.parquet where a history is stated.

    reading: the text of reading.toml. Raises InputError where the folder cannot be written.
    """
    try:
        with changed_whole(out, ANSWERS, (HISTORY, *PAGES)) as draft:
            _write(answer, out, draft, reading)
    except OSError as problem:
        raise _unwritable(out, problem) from None


def write_learned(out: Path, prior: str, draws: pd.DataFrame, sources: dict[str, str], answer: str) -> None:
    """Write a market of which trials alone were learned: market.toml, posterior.parquet and calibration.json.

    sources: of each column of the draws. answer: the JSON text. Raises InputError where the folder cannot be written.
    """
    try:
        with changed_whole(out, ANSWERS, (HISTORY, CUSTOMERS, *PAGES)) as draft:
            _parquet(draws, draft / "posterior.parquet")
            market = market_text(
                out / "market.toml",
                extends=_extends(prior, out),
                values={str(path): float(column.median()) for path, column in draws.items()},
                sources=sources,
                tables={"posterior": "posterior.parquet"},
            )
            write_whole(draft / "market.toml", market)
            write_whole(draft / "calibration.json", answer + "\n")
    except OSError as problem:
        raise _unwritable(out, problem) from None


def _unwritable(out: Path, problem: OSError) -> InputError:
    reason = str(problem.strerror or problem)
    return InputError(place=f"--out {out}", expected="a folder that can be written", got=reason)


def _write(answer: Calibration, out: Path, draft: Path, reading: str) -> None:
    """The files of `out` in the folder `draft`; what is known of single customers can be read by the user alone."""
    _parquet(answer.market.draws, draft / "posterior.parquet")
    drawn = drawn_parameters(answer.market)
    customers = customers_table(answer.market.orders, drawn, answer.records.people if answer.records else None)
    _parquet(customers, draft / CUSTOMERS, private=True)
    if answer.history is not None:
        write_history(draft / HISTORY, answer.history, customers["identity"].to_numpy())
    values, sources = market_values(answer)
    replayed = {"replay": answer.replay.weeks} if answer.replay else {}
    market = market_text(
        out / "market.toml",
        extends=_extends(answer.prior, out),
        values=values,
        sources=sources,
        tables=replayed
        | {
            "posterior": "posterior.parquet",
            "customers": CUSTOMERS,
            "history": "none" if answer.history is None else HISTORY,
        },
    )
    write_whole(draft / "market.toml", market)
    write_whole(draft / "reading.toml", reading)
    write_whole(draft / "calibration.json", json.dumps(answer.to_json(), indent=1, ensure_ascii=False) + "\n")


def market_values(answer: Calibration) -> tuple[dict[str, float | str | list[float] | BigDate], dict[str, str]]:
    """What the market of an answer holds, as `fitted_values`."""
    values, sources = fitted_values(answer.market, f"data {answer.market.orders.file}")
    for row in answer.health:
        path, source = row.parameter, sources.get(row.parameter, "prior")
        if path in answer.market.draws and not row.identified and not source.startswith("prior"):
            sources[path] = f"prior, which the {source} has hardly narrowed"
    if answer.records is not None and answer.records.leads is not None:
        sources |= {one.path: one.origin(answer.records.leads.report.file) for one in answer.added}
    return values, sources | answer.trials.get("sources", {}) | answer.targets.get("sources", {})


def fitted_values(
    fitted: FittedMarket, origin: str
) -> tuple[dict[str, float | str | list[float] | BigDate], dict[str, str]]:
    """Medians of the draws and what was read off the data, by path in stored units, with origins."""
    values: dict[str, float | str | list[float] | BigDate] = {
        str(path): float(column.median()) for path, column in fitted.draws.items()
    }
    if "responses" not in fitted.parts:  # a history is scored by the law before the motive
        values |= law_at_medians(fitted.draws, fitted.parts["need"].table)
    values.setdefault(paths.REGULARITY, 1.0)
    season = fitted.season
    values[paths.WEEKDAY] = list(season.weekday if season else EVEN)
    if season and season.yearly:
        values[paths.YEARLY] = list(season.yearly)
    sources = dict.fromkeys(values, origin)
    sources[paths.LEVEL] = f"{origin}: the level of the last weeks; its draws have the law's usual miss, too"
    if not season or not season.yearly:
        whole = fitted.orders.days + 1 >= YEAR
        sources[paths.WEEKDAY] += "; no month stands out" if whole else "; months are not judged on less than a year"
    for path in (SEEKERS, SEEKER_ORDERS):
        if path in sources:
            sources[path] = "prior; in the posterior each draw of the order rate goes with one of it"
            sources[paths.ORDER_MEAN] = f"{origin}: of those who are interested; benefit-seekers order less"
    dates = season.dates if season else {}
    return values | {f"{paths.DATES}.{name}": big for name, big in dates.items()}, sources


def customers_table(
    orders: Orders, drawn: Sequence[Parameters] = (), people: RecordedPeople | None = None
) -> pd.DataFrame:
    """One row per customer: identity, orders, age and recency (days to the end), spent (cents), spend_orders.

    people: customers with the shop's leads, who follow with 0 orders where they have not ordered. Where discounts are
    known also `listed`, the list value of what was spent (cents). Of a shop that is older than its file also `before`
    (days), as `sim.scenario.Customers` has it; where the day on which a customer came is not known, it is drawn under
    the parameters `drawn`, which are needed only there.
    Identities are hashes salted with the digest of the order file: the same file gives the same ones, and an
    identity cannot be traced back to an id without the file.
    """
    import pandas as pd

    customers = orders.customers
    table = {
        "identity": people.identity[people.place] if people else identities(customers.index, orders.digest),
        "orders": customers["x"].to_numpy(np.int64) + 1,
        "age": (orders.days - customers["first_day"]).to_numpy(float),
        "recency": (orders.days - customers["last_day"]).to_numpy(float),
        "spent": customers["spent"].to_numpy(np.int64),
        "spend_orders": customers["spend_orders"].to_numpy(np.int64),
    }
    if "listed" in customers:
        table["listed"] = customers["listed"].to_numpy(np.int64)
    if days_before(orders) is not None:
        _came_before(table, orders, drawn)
    if people is not None:
        table = {name: np.concatenate([column, leads_rows(people)[name]]) for name, column in table.items()}
    return pd.DataFrame(table).sort_values("identity", ignore_index=True)


def _came_before(table: dict[str, npt.NDArray[Any]], orders: Orders, drawn: Sequence[Parameters]) -> None:
    """Say of each customer when they came: for those from before the file the history begins with the file.

    Of several ways one is drawn by its mean share over parameters, with a uniform that is the customer's identity.
    """
    h = histories(orders)
    share = np.array(0.0)
    for p in drawn[:: max(1, len(drawn) // WAYS_DRAWS)]:
        found, one = shares(h, p, "closed" if h.even else "wide")
        share = share + one
    whole = np.cumsum(share)
    first, last = found.begin, np.append(found.begin[1:], share.size) - 1
    before = whole[first] - share[first]
    uniform = (table["identity"] >> np.uint64(11)).astype(float) * 2.0**-53
    row = np.searchsorted(whole, before[h.row] + uniform * (whole[last] - before)[h.row])
    row = np.clip(row, first[h.row], last[h.row])
    older = found.before[row] > 0.0
    table["before"] = 7.0 * found.before[row]
    table["orders"] += older
    table["age"] = np.where(older, orders.days + 1.0, table["age"])


def _extends(prior: str, out: Path) -> str:
    return prior if prior.startswith("library:") else os.path.relpath(Path(prior).resolve(), out.resolve())


def _parquet(table: pd.DataFrame, path: Path, *, private: bool = False) -> None:
    write_file(path, lambda draft: table.to_parquet(draft, index=False), private=private)
