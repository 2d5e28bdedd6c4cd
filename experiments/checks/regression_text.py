"""Regression tests as text: the changes of KPIs and of the conclusion, and what became of a baseline."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from experiments.output.format_values import format_amount, format_count, format_difference, format_kpi
from experiments.regression.baseline_files import Conclusion
from experiments.regression.regression_result import ConclusionChange, KpiChange, Regression
from scenarios import Question
from sim.fingerprint import model_fingerprint


def currency_of(question: Question) -> str:
    """The currency of a question's money."""
    return next(iter(question.arms.values())).market.money.currency


# --- KPIs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KpiChangeText:
    """One KPI of one arm as text: then, now, by how much it changed, and the verdict."""

    kpi: str
    baseline: str
    now: str
    change: str
    smallest: str
    p_value: str
    verdict: str


def format_kpi_change(one: KpiChange, currency: str) -> KpiChangeText:
    """A KPI as the cells of a table."""
    return KpiChangeText(
        format_kpi(one.kpi),
        format_amount(one.baseline, one.unit, currency),
        format_amount(one.now, one.unit, currency),
        format_change(one, currency, sds=True),
        format_difference(one.smallest, one.unit, currency, sign=False),
        format_p_value(one.p_value),
        f"{one.verdict}: {one.reason}",
    )


def format_change(one: KpiChange, currency: str, *, sds: bool = False) -> str:
    """By how much a KPI changed: in its unit (a share in points), in per cent of the baseline, and in sds if asked."""
    text = format_difference(one.change, one.unit, currency)
    relative = []
    if one.change and one.baseline and math.isfinite(one.change + one.baseline):
        relative.append(format_amount(_rounded(one.change / abs(one.baseline)), "share", "", sign=True))
    if sds and one.sds:
        relative.append(f"{format_amount(_rounded(one.sds), 'number', '', sign=True)} sds")
    return f"{text} ({', '.join(relative)})" if relative else text


def _rounded(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


def format_p_value(p_value: float) -> str:
    """A p-value, which is an upper bound: below a thousandth the next power of ten above it."""
    if p_value >= 1e-3:
        return format_amount(p_value, "number", "")
    return f"< 1e-{math.floor(-math.log10(p_value)) if p_value > 0.0 else 300}"


def format_kpi_line(one: KpiChange, currency: str) -> str:
    """A KPI on one line."""
    text = format_kpi_change(one, currency)
    values = f"{text.kpi} of {one.arm}: {text.baseline} before, {text.now} now, {text.change}"
    return f"{values}; matters from {text.smallest}; p-value {text.p_value}; {one.reason}"


def _money_lines(kpis: Sequence[KpiChange], arms: Collection[str], currency: str) -> Iterator[str]:
    """The change of profit of each of these arms."""
    for one in kpis:
        if one.arm in arms and one.kpi == "contribution_profit" and one.change and math.isfinite(one.change):
            yield f"in money: contribution profit of {one.arm} {format_change(one, currency)} a run"


# --- a question ------------------------------------------------------------------------------------


def format_headline(regression: Regression, question: Question) -> str:
    """Whether a question's runs are equal to its baseline's, and otherwise by what it was judged."""
    if not regression.simulated:
        return "could not be compared with its baseline"
    if regression.equal:
        return f"equal to its baseline to the integer ({_count(regression, 'runs')} simulated)"
    if not regression.comparable:
        return f"no baseline of the same runs so far ({_count(regression, 'runs')} simulated)"
    seeds, judged = _other_seed(regression, question), f"judged by {_count(regression, 'pairs of runs')}"
    if seeds:
        return f"another random seed than that of its baseline ({seeds}); {judged}"
    if regression.versions:
        made = f"it was made with {format_versions(regression)}"
        return f"integers differ from the baseline's, as they may: {made}; {judged}"
    return f"not equal to its baseline; {judged}"


def _count(regression: Regression, of: str) -> str:
    some, every = regression.simulated, regression.runs
    return f"{some if some == every else f'{some} of {every}'} {of} of each arm"


def _other_seed(regression: Regression, question: Question) -> str:
    now, then = next(iter(question.arms.values())).run.seed, regression.baseline.size.get("seed")
    return "" if then in (None, now) else f"seed {now}, the baseline's {then}"


def format_versions(regression: Regression) -> str:
    """What made the baseline and is another here."""
    return ", ".join(f"{name} {then} (here {now})" for name, then, now in regression.versions)


def format_remarks(regression: Regression, question: Question) -> list[str]:
    """The lines below the KPIs: how many are unchanged, money, the conclusion, notes, the verdict, what to do."""
    shown = [one for one in regression.kpis if one.reported]
    rest = len(regression.kpis) - len(shown)
    lines = [f"no change that matters: {f'{rest:,} more' if shown else format_count(rest, 'KPI')}"] if rest else []
    lines += _cause(regression, question)
    lines += _money_lines(regression.kpis, {one.arm for one in shown}, currency_of(question))
    well = regression.equal and regression.verdict == "pass"
    lines += [] if well else format_conclusion_change(regression.conclusion)
    if regression.equal and regression.versions:
        lines.append(f"the baseline was made with {format_versions(regression)}")
    lines += [f"note: {note}" for note in regression.notes]
    lines += [format_result(regression)] if not well or regression.update else []
    return lines + _advice(regression)


def _cause(regression: Regression, question: Question) -> list[str]:
    """Where the cause is, if that is known: integers depend on the model and on its inputs."""
    differ = regression.comparable and regression.simulated and not regression.equal
    same_model = regression.baseline.made.get("model") == model_fingerprint()
    if not (differ and same_model) or _other_seed(regression, question):
        return []
    return [
        "the code of `sim` is that of the baseline, so the cause is an input: the question, its market or a default"
    ]


def format_result(regression: Regression) -> str:
    """The verdict and its reason, or what became of the baseline."""
    return regression.reason if regression.update else f"{regression.verdict}: {regression.reason}"


def _advice(regression: Regression) -> list[str]:
    """The options that accept all that failed, or that kept a baseline from being written."""
    if regression.verdict == "pass":
        return []
    refused = ("fail", "inconclusive") if regression.update else ("fail",)
    directions: dict[str, set[str]] = {}
    for one in regression.kpis:
        if one.verdict in refused or one.expected:
            direction = ":up" if one.change > 0 else ":down" if one.change < 0 else ""
            directions.setdefault(one.kpi, set()).add(direction)
    entries = [f"{kpi}{found.pop() if len(found) == 1 else ''}" for kpi, found in directions.items()]
    entries += ["verdict"] if regression.conclusion.verdict in refused or regression.conclusion.expected else []
    if not entries:
        return []
    options = " ".join(f"--may {entry}" for entry in entries)
    return [f"to accept: {options}" if regression.update else f'to accept: --update --why "..." {options}']


def format_conclusion_change(change: ConclusionChange) -> list[str]:
    """The conclusion in one or two lines; nothing for a question of one arm."""
    then, now = change.then, change.now
    if then is None and now is None:
        return []
    if then == now and change.verdict == "pass":
        return [f"conclusion: the same, {_conclusion(now)}"]
    if then is None and change.verdict == "pass":
        return [f"conclusion: {_conclusion(now)}"]
    lines = [f"conclusion: {change.reason}"]
    if then is not None and now is not None and then.order != now.order:
        lines.append(f"order by {format_kpi(now.kpi)}: was {' > '.join(then.order)}, is {' > '.join(now.order)}")
    return lines


def _conclusion(end: Conclusion | None) -> str:
    if end is None:
        return "nothing to compare"
    verdict = f"{end.verdict} wins" if end.verdict is not None else end.kind
    return f"{verdict} ({' > '.join(end.order)} by {format_kpi(end.kpi)})"


def format_counts(regressions: Sequence[Regression]) -> str:
    """How many baselines are equal, failed, and so on."""
    kinds = [_kind(one) for one in regressions]
    return "baselines: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def _kind(regression: Regression) -> str:
    if regression.update:
        return regression.update
    if regression.verdict != "pass":
        return "failed" if regression.verdict == "fail" else "inconclusive"
    return "equal to the integer" if regression.equal else "without a change that matters"
