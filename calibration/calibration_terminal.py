"""A calibration for a terminal: warnings, what was read, how well it fits, and what was learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibration.reading_terminal import set_aside_table, states_table
from calibration.records.records_summary import orders_under_coupons
from calibration.records.records_terminal import records_text
from calibration.targets.target_file import kpi_text
from calibration.trial_terminal import trial_parts
from calibration.trials.recorded_evidence import recorded_evidence_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from calibration.back_check import BackCheck
    from calibration.calibration_result import Calibration
    from sim.scenario import ShopHistory

MISSING = "–"
SHOWN = 6
"""Reasons for which rows were set aside that are listed one by one."""
MONTHS = 13
"""Months of discounts that are listed one by one."""


def print_calibration(answer: Calibration, console: Console) -> None:
    """Warnings first, then orders, models, holdout, health, recovery, and where the market was written."""
    from rich.text import Text

    result = answer.to_json()
    for warning in answer.warnings:
        console.print(Text(f"warning: {warning}", style="bold yellow"))
    for part in _parts(answer, result):
        console.print(Text(part) if isinstance(part, str) else part)
    if answer.path:
        console.print(Text(f"\nmarket: {answer.path}", style="bold"), soft_wrap=True)
    else:
        console.print(Text("\nno market was written: name a folder with --out"))


def _parts(answer: Calibration, result: Mapping[str, Any]) -> list[str | Table]:
    orders = result["orders"]
    parts: list[str | Table] = [_read(orders)]
    parts += [f"note: {line}" for line in orders["notes"]]
    if answer.history is not None and answer.history.stated:
        parts += [_stated(answer.history, answer.records is None), *(f"note: {line}" for line in answer.history_notes)]
    if orders["states"]:
        parts.append(states_table(orders["states"]))
    if orders["set_aside"]:
        parts.append(set_aside_table(orders["set_aside"], SHOWN))
    if orders["discounts"]:
        parts += _discounts(orders["discounts"])
    if answer.records is not None:
        parts += records_text(result["records"], answer.records)
    parts += [
        _models(result["models"], result["fit"]),
        f"chosen: {result['fit']['model']} ({result['fit']['chosen_by']})",
    ]
    if "holdout" in result:
        parts += _holdout(result["holdout"])
    if answer.replay is not None:
        parts.append(_replay(answer.replay))
    if "trials" in result:
        parts += trial_parts(result)
    if answer.beside:
        parts += recorded_evidence_text(answer.beside)
    if "targets" in result:
        parts += _targets(answer, result)
    if "responses" in result:
        parts.append(_responses(result["responses"]))
    parts += [_learned(answer), _not_identified(result["health"])]
    if answer.recovery:
        parts.append(_recovery(result["recovery"]))
    if answer.recovery_under_history:
        parts += _recovery_under_history(result["recovery_under_history"])
    return parts


def _targets(answer: Calibration, result: Mapping[str, Any]) -> list[str | Table]:
    """Each target with the engine's KPI before and after, and the numbers that were narrowed most."""
    fit, currency = result["targets_fit"], answer.targets["currency"]
    table = _table(
        "target", "days", "asked for", "tolerance", "before: 5 %", "median", "95 %", "after: 5 %", "median", "95 %"
    )
    for one in result["targets"]:
        values = [one["value"], one["tolerance"], *one["before"].values(), *one["after"].values()]
        table.add_row(
            one["kpi"], f"{one['from']} to {one['until']}", *(kpi_text(one["kpi"], v, currency) for v in values)
        )
    if not fit["changed"]:
        return [table, f"targets: the draws meet them as they are, so nothing changes ({fit['runs']} runs)"]
    narrowed = [f"{row['parameter']} (x {row['sd_ratio']:.2f})" for row in fit["numbers"][:SHOWN]]
    said = (
        f"targets: {fit['plausible']:.0%} of the candidates are plausible, {fit['effective_share']:.0%} effective "
        f"({fit['runs']} runs); standard deviations most narrowed: {', '.join(narrowed)}"
    )
    return [table, said]


def _read(orders: Mapping[str, Any]) -> str:
    columns = ", ".join(f"{kind} = {name}" for kind, name in orders["columns"].items())
    return (
        f"{orders['file']}: {orders['rows']:,} rows ({columns}); {orders['customers']:,} customers, "
        f"{orders['orders']:,} order-days, {orders['first']} to {orders['last']}"
    )


def _stated(history: ShopHistory, alone: bool) -> str:
    """What was done in the days of the orders, in one line. alone: whether no records say which coupons were used."""
    messages = 0 if history.sent is None else int(history.sent.sum())
    held = 0 if history.offer is None else int((history.offer > 0).any(axis=0).sum())
    campaigns = sum(not one.coupon for one in history.offers)
    under, used = orders_under_coupons(history)
    coupons = f"; {used:,} of {under:,} orders under a coupon used it" if alone and under else ""
    return (
        f"history: {messages:,} messages to {history.size:,} customers in {history.days:,} days; "
        f"{campaigns:,} campaigns with an offer; {held:,} customers held an offer{coupons}"
    )


def _discounts(seen: Mapping[str, Any]) -> list[str | Table]:
    table = _table("off list value", "taken off the amount", "orders with it", "depth: 10 %", "median", "90 %", "given")
    everything = {"column": "all that is taken off", "in_amount": True, "orders": seen["discounted"]}
    for one in ({**seen, **everything}, *seen["kinds"]):
        depths = [_percent(one["depth"][q]) if one["depth"] else MISSING for q in ("p10", "median", "p90")]
        taken = "yes" if one["in_amount"] else "no"
        table.add_row(one["column"], taken, _percent(one["orders"]), *depths, _percent(one["given"]))
    odd = f"which does not hold in {seen['disagree']:,} of {seen['rows']:,} rows"
    summary = f"discounts of {seen['orders']:,} orders: {seen['sum']} ({odd})"
    return [summary, table, *_by_month(seen["months"]), seen["status"]]


def _by_month(months: Sequence[Mapping[str, Any]]) -> list[str | Table]:
    """The last months; the others are in the machine-readable answer."""
    if len(months) < 2:
        return []
    table = _table("month", "orders", "with a discount", "median depth", "given")
    if len(months) > MONTHS:
        table.add_row(f"{len(months) - MONTHS} earlier", f"{sum(m['orders'] for m in months[:-MONTHS]):,}", "", "", "")
    for one in months[-MONTHS:]:
        shares = (one["discounted"], one["depth"], one["given"])
        table.add_row(one["month"], f"{one['orders']:,}", *(_percent(share) for share in shares))
    return [table]


def _models(models: Sequence[Mapping[str, Any]], fit: Mapping[str, Any]) -> Table:
    table = _table("model", "k", "season", "log-likelihood", "holdout total", "MAE", "RMSE")
    for model in models:
        table.add_row(
            model["name"],
            f"{model['k']:.3g}",
            model["season"] or MISSING,
            f"{model['log_likelihood']:.3f}",
            _number(model["holdout_total"], 1),
            _number(model["mae"], 3),
            _number(model["rmse"], 3),
            style="bold" if model["name"] == fit["model"] else None,
        )
    return table


def _holdout(held: Mapping[str, Any]) -> list[str | Table]:
    total, buyers = held["repeat_orders"], held["buyers"]
    included = held["market"]["repeat_orders"]["band_includes"]
    table = _table(f"holdout from {held['from']}", "orders", "90 % band", "miss", "MAE", "RMSE")
    table.add_row("truth", f"{total['actual']:,.0f}", "", "", "", "")
    rows = {held["forecast"]["name"]: held, held["market"]["name"]: held["market"]}
    for name, row in rows.items():
        _holdout_row(table, name, {**row, **row["repeat_orders"]}, total["actual"])
    for name, row in held["baselines"].items():
        _holdout_row(table, name, row, total["actual"])
    parts = ", ".join(held["forecast"]["not_in_the_market"])
    spend = held["spend"]
    return [
        table,
        f"{held['forecast']['name']} has what no market has: {parts}",
        f"its band includes {total['band_includes']}; that of the market {included}",
        f"customers who bought: {buyers['actual']:,} (predicted {buyers['predicted']:,.0f}, 90 % band "
        f"{buyers['p5']:,.0f} to {buyers['p95']:,.0f}); their spend: {spend['actual']:,.0f} (predicted "
        f"{spend['predicted']:,.0f})",
    ]


def _replay(found: BackCheck) -> str:
    kinds = {"buyers": "people who ordered, by week and in sum", "spend": "spend"}
    more = []
    for kind, name in kinds.items():
        actual, predicted = (sum(found.weekly[kind][part]) for part in ("actual", "predicted"))
        more.append(f"{name}: {actual:,.0f} (replayed {predicted:,.0f})")
    return f"{found.weeks.text}; {'; '.join(more)}"


def _holdout_row(table: Table, name: str, row: Mapping[str, Any], actual: float) -> None:
    miss = f"{100 * (row['predicted'] / actual - 1):+.1f} %" if actual else MISSING
    band = f"{row['p5']:,.0f} to {row['p95']:,.0f}" if "p5" in row else ""
    table.add_row(name, f"{row['predicted']:,.0f}", band, miss, f"{row['mae']:.3f}", f"{row['rmse']:.3f}")


def _learned(answer: Calibration) -> Table:
    """Medians and intervals of the draws, in the notation of market files."""
    from scenarios import load_market
    from scenarios.values.paths import market_shapes
    from scenarios.values.quantities import format_number

    prior = load_market(answer.prior).market
    shapes = market_shapes(prior)
    table = _table("learned from these orders", "median", "5 %", "95 %", "sd after / before")
    for row in answer.to_frame().to_dict("records"):
        path, before = str(row["parameter"]), row["prior_sd"]
        unit = shapes[path].unit
        values = [float(row[name]) for name in ("median", "p5", "p95")]
        cells = [str(format_number(v, unit, prior.money.currency, 3)) if unit else _significant(v) for v in values]
        narrowed = f"{row['posterior_sd'] / before:.2f}" if before and before > 0.0 else MISSING  # NaN of none, too
        note = "" if row["identified"] else ", at a limit" if row["at_limit"] else ", not learned"
        table.add_row(path, *cells, narrowed + note)
    return table


def _responses(found: Mapping[str, Any]) -> str:
    shape = "" if found["pareto_k"] is None else f", Pareto shape {found['pareto_k']:.2f}"
    clear = sum(row["identified"] for row in found["numbers"])
    return (
        f"need and responses learned together from {found['people']:,} customers, net of what was done: "
        f"{clear} of {len(found['numbers'])} numbers are identified ({found['method']}, effective sample "
        f"size {found['effective_sample_size']:.0f}{shape})"
    )


def _not_identified(health: Sequence[Mapping[str, Any]]) -> str:
    kept = [row["parameter"] for row in health if not row["identified"]]
    groups = ", ".join(dict.fromkeys(path.split(".")[1] for path in kept))
    return (
        f"{len(kept)} of {len(health)} uncertain numbers are not identified by these orders and keep "
        f"their prior ({groups}); comparisons include that uncertainty."
    )


def _recovery(rows: Sequence[Mapping[str, Any]]) -> Table:
    worlds = rows[0]["worlds"]
    table = _table(f"parameter recovery, {worlds} times", "truth", "mean fit", "sd", "90 % intervals with the truth")
    for row in rows:
        values = [_significant(row[name]) for name in ("truth", "mean", "sd")]
        table.add_row(row["parameter"], *values, f"{100 * row['coverage']:.0f} %")
    return table


def _recovery_under_history(rows: Sequence[Mapping[str, Any]]) -> list[str | Table]:
    worlds = len(rows[0]["ranks"])
    table = _table(
        f"recovery under the history, {worlds} times", "90 % intervals with the truth", "mean rank", "spread"
    )
    for row in rows:
        mean = sum(row["ranks"]) / worlds
        table.add_row(row["parameter"], f"{100 * row['coverage']:.0f} %", f"{mean:.2f}", f"{row['spread']:.2f}")
    covered = 100 * sum(row["coverage"] for row in rows) / len(rows)
    held = f"of all {worlds * len(rows)} intervals {covered:.0f} % hold the truth"
    return [table, f"{held}; truths far from the prior are drawn towards it"]


def _table(first: str, *heads: str) -> Table:
    from rich.table import Table

    table = Table(first)
    for head in heads:
        table.add_column(head, justify="right")
    return table


def _number(value: float | None, places: int) -> str:
    return MISSING if value is None else f"{value:,.{places}f}"


def _percent(share: float | None) -> str:
    return MISSING if share is None else f"{100.0 * share:.1f} %"


def _significant(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
