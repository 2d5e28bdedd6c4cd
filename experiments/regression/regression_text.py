"""How a question stands against its baseline, in words and as machine-readable dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.output.format_values import format_count, format_kpi
from experiments.regression.expected_changes import AS_INTENDED
from experiments.regression.kpi_change_text import currency_of, in_money, telling
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    from experiments.expectations.checks import ScenarioCheck
    from experiments.regression.baseline_files import Conclusion
    from experiments.regression.regression import ConclusionChange, KpiChange, Regression


def headline(scenario: ScenarioCheck) -> str:
    """Whether a question is the same as its baseline, and by what it was judged."""
    against = scenario.against
    assert against is not None
    if not against.lived:
        return "could not be held against its baseline"
    if against.equal:
        return f"the same to the integer as its baseline ({_lived(against, 'runs')} lived)"
    if not against.comparable:
        return f"no baseline of the same runs so far ({_lived(against, 'runs')} lived)"
    luck, judged = _other_luck(scenario), f"judged by {_lived(against, 'pairs of runs')}"
    if luck:
        return f"of other luck than its baseline ({luck}); {judged}"
    if against.versions:
        made = f"it was made under {versions(against)}"
        return f"integers differ from the baseline's, as they may: {made}; {judged}"
    return f"not the same to the integer as its baseline; {judged}"


def _lived(against: Regression, of: str) -> str:
    count = f"{against.lived}" if against.lived == against.runs else f"{against.lived} of {against.runs}"
    return f"{count} {of} of each arm"


def _other_luck(scenario: ScenarioCheck) -> str:
    now = next(iter(scenario.question.arms.values())).run.seed
    then = scenario.against.baseline.size.get("seed") if scenario.against else None
    return "" if then in (None, now) else f"seed {now}, the baseline's {then}"


def versions(against: Regression) -> str:
    """What made the baseline and is another here."""
    return ", ".join(f"{name} {then} (here {now})" for name, then, now in against.versions)


def remarks(scenario: ScenarioCheck) -> list[str]:
    """What is to be said below the KPIs: those that have not moved, money, the conclusion, notes, what follows."""
    against = scenario.against
    assert against is not None
    shown = telling(against.moved)
    quiet = len(against.moved) - len(shown)
    count = f"{quiet:,} more" if shown else format_count(quiet, "KPI")
    lines = [f"no change that matters: {count}"] if quiet else []
    lines += _cause(scenario)
    lines += in_money(against.moved, {one.arm for one in shown}, currency_of(scenario.question))
    if not _plainly_same(against):
        lines += concluded(against.concluded)
    if against.equal and against.versions:
        lines.append(f"the baseline was made under {versions(against)}")
    lines += [f"note: {note}" for note in against.notes]
    if not _plainly_same(against) or against.renewed:
        lines.append(following(against))
    return lines + advice(against)


def _cause(scenario: ScenarioCheck) -> list[str]:
    """Where to look, if that is known: integers are made by the model and by what it is given."""
    against = scenario.against
    assert against is not None
    told = against.comparable and against.lived and not against.equal and not _other_luck(scenario)
    if not told or against.baseline.made.get("model") != model_fingerprint():
        return []
    return [
        "the code of `sim` is the baseline's, so what it was given is another: the question, its market or a default"
    ]


def _plainly_same(against: Regression) -> bool:
    return against.equal and against.verdict == "pass"


def following(against: Regression) -> str:
    """What a question comes to, or what became of its baseline."""
    return against.reason if against.renewed else f"{against.verdict}: {against.reason}"


def advice(against: Regression) -> list[str]:
    """The options with which all that failed, or keeps a baseline from being written, would be taken as intended."""
    if against.verdict == "pass":
        return []
    hinders = ("fail", "inconclusive") if against.renewed else ("fail",)
    ways: dict[str, set[str]] = {}
    for one in against.moved:
        if one.verdict in hinders or one.reason.endswith(AS_INTENDED):
            way = ":up" if one.change > 0 else ":down" if one.change < 0 else ""
            ways.setdefault(one.kpi, set()).add(way)
    words = [f"{kpi}{way.pop() if len(way) == 1 else ''}" for kpi, way in ways.items()]
    turned = against.concluded.verdict in hinders or against.concluded.reason.endswith(AS_INTENDED)
    words += ["verdict"] if turned else []
    if not words:
        return []
    options = " ".join(f"--may {word}" for word in words)
    return [f"to accept: {options}" if against.renewed else f'if that is meant: --update --why "..." {options}']


def concluded(end: ConclusionChange) -> list[str]:
    """The conclusion in one or two lines; nothing for a question of one arm."""
    if end.now is None and end.then is None:
        return []
    if end.then == end.now and end.verdict == "pass":
        return [f"conclusion: the same, {ending(end.now)}"]
    if end.then is None and end.verdict == "pass":
        return [f"conclusion: {ending(end.now)}"]
    lines = [f"conclusion: {end.reason}"]
    if end.then is not None and end.now is not None and end.then.order != end.now.order:
        lines.append(
            f"order by {format_kpi(end.now.kpi)}: was {' > '.join(end.then.order)}, is {' > '.join(end.now.order)}"
        )
    return lines


def ending(end: Conclusion | None) -> str:
    """A conclusion in words."""
    if end is None:
        return "nothing to compare"
    verdict = f"{end.verdict} wins" if end.verdict is not None else end.kind
    return f"{verdict} ({' > '.join(end.order)} by {format_kpi(end.kpi)})"


def tally(against: Sequence[Regression]) -> str:
    """How many baselines are the same, moved, and so on."""
    kinds = [_kind(one) for one in against]
    return "baselines: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def _kind(against: Regression) -> str:
    if against.renewed:
        return against.renewed
    if against.verdict != "pass":
        return "failed" if against.verdict == "fail" else "open"
    return "the same to the integer" if against.equal else "without a change that matters"


# --- for machines ----------------------------------------------------------------------------------


def against_json(against: Regression | None) -> dict[str, Any]:
    """The fields of a scenario that belong to its baseline; null or empty where there is none."""
    if against is None:
        alone = dict.fromkeys(("fingerprint_equal", "conclusion", "lived", "runs", "comparable", "renewed", "reason"))
        return {**alone, "kpis": [], "versions": [], "notes": []}
    return {
        "fingerprint_equal": against.equal,
        "kpis": [_kpi(one) for one in against.moved],
        "conclusion": _conclusion(against.concluded),
        "lived": against.lived,
        "runs": against.runs,
        "comparable": against.comparable,
        "renewed": against.renewed,
        "versions": [dict(zip(("name", "then", "now"), one, strict=True)) for one in against.versions],
        "notes": list(against.notes),
        "reason": against.reason,
    }


def _kpi(moved: KpiChange) -> dict[str, Any]:
    fields = dict(vars(moved))
    return {"name": fields.pop("kpi"), **fields}


def _conclusion(end: ConclusionChange) -> dict[str, Any]:
    then, now = (vars(one) if one else None for one in (end.then, end.now))
    return {"then": then, "now": now, "verdict": end.verdict, "reason": end.reason}
