"""What a calibration found, for whoever decides: a page, and pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from experiments.assumptions.helpful_tests import helpful_test
from experiments.output.result_files import write_text
from experiments.report.learned_figures import LearnedNumber, draw_learned, draw_ranks, learned_numbers, learned_svg
from experiments.report.page import filled
from experiments.report.replay_figures import draw_replay, replay_svg
from experiments.report.report_tables import TableRow
from scenarios import load_market
from scenarios.values.paths import market_shapes
from scenarios.values.quantities import format_number

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import MarketFile
    from scenarios.values.replayed_weeks import ReplayedWeeks

PARETO_LIMIT = 0.7
"""Pareto shape above which weighted draws are not to be trusted (Vehtari et al. 2024)."""


def write_calibration(
    answer: Mapping[str, Any], draws: pd.DataFrame, replayed: ReplayedWeeks | None, out: str | Path
) -> Path:
    """calibration.html and responses.svg in the folder `out`; gives the page.

    replay.svg, too, where weeks were replayed, and recovery.svg where truths were planted under a history.
    answer: that of `calibrate --json`. draws: of the fitted market, columns are paths, in stored units.
    """
    folder, prior = Path(out), load_market(answer["prior"])
    numbers = learned_numbers(answer, draws, prior)
    draw_learned(numbers, folder / "responses.svg")
    if replayed is not None:
        draw_replay(replayed, folder / "replay.svg")
    if ranks := answer.get("recovery_under_history"):
        draw_ranks(ranks, folder / "recovery.svg")
    page = folder / "calibration.html"
    write_text(page, filled("calibration_page.html.j2", calibration_context(answer, numbers, prior, replayed)))
    return page


def calibration_context(
    answer: Mapping[str, Any], numbers: Sequence[LearnedNumber], prior: MarketFile, replayed: ReplayedWeeks | None
) -> dict[str, Any]:
    """Everything that the page shows."""
    kept = [row["parameter"] for row in answer["health"] if not row["identified"]]
    tests: dict[str, list[str]] = {}
    for path in kept:
        if words := helpful_test(path):
            tests.setdefault(words, []).append(path.removeprefix("market."))
    return {
        "answer": answer,
        "diagnostic": diagnostic_text(answer),
        "replayed": f"R{replayed.text[1:]}." if replayed is not None else "",
        "replay_figure": Markup(replay_svg(replayed)) if replayed is not None else None,
        "learned": _rows(numbers, prior),
        "figure": Markup(learned_svg(numbers)) if numbers else None,
        "holdout": _holdout(answer.get("holdout")),
        "kept": len(kept),
        "numbers": len(answer["health"]),
        "tests": [TableRow(words, (", ".join(paths),)) for words, paths in tests.items()],
    }


def diagnostic_text(answer: Mapping[str, Any]) -> str:
    """How the draws were had and whether they can be trusted, in one or two sentences."""
    found = answer.get("responses")
    if found is None:
        size = answer["market_fit"]["effective_sample_size"]
        responses = "responses from trials" if answer.get("trials") else "responses keep their prior"
        return f"Need is learned from orders alone, {responses}; effective sample size {size:,.0f}."
    shape = found["pareto_k"]
    words = (
        f"Need and responses are learned together from {found['people']:,} of {found['customers']:,} customers, net of "
        f"what was done to them ({found['method']}; effective sample size {found['effective_sample_size']:,.0f}"
    )
    if shape is None:
        return words + ")."
    trust = "good enough" if shape <= PARETO_LIMIT else "the intervals below are not to be trusted"
    return f"{words}, Pareto shape {shape:.2f}: {trust})."


def _rows(numbers: Sequence[LearnedNumber], prior: MarketFile) -> list[TableRow]:
    import numpy as np

    shapes, currency = market_shapes(prior.market), prior.market.money.currency
    rows = []
    for one in numbers:
        unit, belief = shapes[one.path].unit, one.belief

        def text(value: float, unit: Any = unit) -> str:
            return str(format_number(value, unit, currency, 3)) if unit else f"{value:.3g}"

        before = f"{text(belief.median)}\n{text(belief.p5)} to {text(belief.p95)}" if belief else "–"
        low, middle, high = (float(v) for v in np.quantile(one.draws, [0.05, 0.5, 0.95]))
        cells = (before, f"{text(middle)}\n{text(low)} to {text(high)}", one.verdict)
        rows.append(TableRow(one.path.removeprefix("market."), cells, strong=one.verdict == "identified"))
    return rows


def _holdout(held: Mapping[str, Any] | None) -> list[TableRow]:
    """Orders of known customers in the weeks held out, as the closed forms expect them."""
    if held is None:
        return []
    total = held["repeat_orders"]
    rows = [TableRow("what happened", (f"{total['actual']:,.0f}", ""))]
    for name, one in ((held["forecast"]["name"], total), (held["market"]["name"], held["market"]["repeat_orders"])):
        rows.append(TableRow(name, (f"{one['predicted']:,.0f}", f"{one['p5']:,.0f} to {one['p95']:,.0f}")))
    return rows
