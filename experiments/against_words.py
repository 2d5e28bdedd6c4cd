"""How a question stands against its baseline, in words and as machine-readable dictionaries."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.words import amount, label

if TYPE_CHECKING:
    from experiments.against import Against, Concluded, Moved
    from experiments.baselines import Conclusion
    from experiments.checking import CheckedScenario


@dataclass(frozen=True)
class Row:
    """One KPI of one arm in words: what it was and is, by how much it changed, and what follows."""

    kpi: str
    baseline: str
    now: str
    change: str
    smallest: str
    chance: str
    verdict: str


def currency_of(scenario: CheckedScenario) -> str:
    """The currency of a question's money."""
    return next(iter(scenario.question.arms.values())).market.money.currency


# --- KPIs ------------------------------------------------------------------------------------------


def telling(moved: Sequence[Moved]) -> list[Moved]:
    """What moved or may have: all but KPIs of which no change is seen that matters."""
    return [one for one in moved if one.verdict != "pass" or one.reason.startswith("moved")]


def row(moved: Moved, currency: str) -> Row:
    """A KPI in words."""
    return Row(
        label(moved.kpi),
        amount(moved.baseline, moved.unit, currency),
        amount(moved.now, moved.unit, currency),
        change(moved, currency, sds=True),
        _difference(moved.smallest, moved.unit, currency),
        chance(moved.p_value),
        f"{moved.verdict}: {moved.reason}",
    )


def change(moved: Moved, currency: str, *, sds: bool = False) -> str:
    """By how much a KPI changed: in its unit (a share in points), in per cent of what it was, and in sds if asked."""
    told = _difference(moved.change, moved.unit, currency, sign=True)
    sides = []
    if moved.change and moved.baseline and math.isfinite(moved.change + moved.baseline):
        sides.append(amount(_rough(moved.change / abs(moved.baseline)), "share", "", sign=True))
    if sds and moved.sds:
        sides.append(f"{amount(_rough(moved.sds), 'number', '', sign=True)} sds")
    return f"{told} ({', '.join(sides)})" if sides else told


def _difference(value: float, unit: str, currency: str, *, sign: bool = False) -> str:
    if unit == "count" and 0.0 < abs(value) < 1.0:
        return f"{value:{'+' if sign else ''}.3g}".replace("-", "−")
    told = amount(value, unit, currency, sign=sign)
    return told.replace(" %", " points") if unit == "share" else told


def _rough(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


def chance(p_value: float) -> str:
    """A p-value, which is an upper bound: below a thousandth the next power of ten above it."""
    if p_value >= 1e-3:
        return amount(p_value, "number", "")
    return f"< 1e-{math.floor(-math.log10(p_value)) if p_value > 0.0 else 300}"


def sentence_of(moved: Moved, currency: str) -> str:
    """A KPI on one line."""
    own = row(moved, currency)
    told = f"{own.kpi} of {moved.arm}: {own.baseline} before, {own.now} now, {own.change}"
    return f"{told}; matters from {own.smallest}; chance by luck {own.chance}; {moved.reason}"


def in_money(moved: Sequence[Moved], arms: Collection[str], currency: str) -> list[str]:
    """What the change is worth, for each of these arms."""
    return [
        f"in money: contribution profit of {one.arm} {change(one, currency)} a run"
        for one in moved
        if one.arm in arms and one.kpi == "contribution_profit" and one.change and math.isfinite(one.change)
    ]


# --- the whole -------------------------------------------------------------------------------------


def headline(scenario: CheckedScenario) -> str:
    """Whether a question is the same as its baseline, and by what it was judged."""
    against = scenario.against
    assert against is not None
    if not against.lived:
        return "could not be held against its baseline"
    if against.equal:
        return f"the same to the integer as its baseline ({_lived(against, 'runs')} lived)"
    if not against.moved:
        return f"no baseline of the same runs so far ({_lived(against, 'runs')} lived)"
    luck, judged = _other_luck(scenario), f"judged by {_lived(against, 'pairs of runs')}"
    if luck:
        return f"of other luck than its baseline ({luck}); {judged}"
    if against.versions:
        made = f"it was made under {versions(against)}"
        return f"integers differ from the baseline's, as they may: {made}; {judged}"
    return f"not the same to the integer as its baseline; {judged}"


def _lived(against: Against, of: str) -> str:
    count = f"{against.lived}" if against.lived == against.runs else f"{against.lived} of {against.runs}"
    return f"{count} {of} of each arm"


def _other_luck(scenario: CheckedScenario) -> str:
    now = next(iter(scenario.question.arms.values())).run.seed
    then = scenario.against.baseline.size.get("seed") if scenario.against else None
    return "" if then in (None, now) else f"seed {now}, the baseline's {then}"


def versions(against: Against) -> str:
    """What made the baseline and is another here."""
    return ", ".join(f"{name} {then} (here {now})" for name, then, now in against.versions)


def remarks(scenario: CheckedScenario) -> list[str]:
    """What is to be said below the KPIs: those that have not moved, money, the conclusion, notes, what follows."""
    against = scenario.against
    assert against is not None
    shown = telling(against.moved)
    quiet = len(against.moved) - len(shown)
    lines = [f"no change that matters: {quiet:,} {'more' if shown else 'KPIs'}"] if quiet else []
    lines += in_money(against.moved, {one.arm for one in shown}, currency_of(scenario))
    if not _plainly_same(against):
        lines += concluded(against.concluded)
    if against.equal and against.versions:
        lines.append(f"the baseline was made under {versions(against)}")
    lines += [f"note: {note}" for note in against.notes]
    if not _plainly_same(against) or renewed(against):
        lines.append(following(against))
    return lines + advice(against)


def _plainly_same(against: Against) -> bool:
    return against.equal and against.verdict == "pass"


def renewed(against: Against) -> bool:
    """Whether the baseline was to be written again."""
    return against.reason.startswith(("written: ", "not written: ")) or against.reason.endswith("stays as it is")


def following(against: Against) -> str:
    """What a question comes to, or what became of its baseline."""
    if against.reason.startswith("not written: ") and against.verdict != "fail":
        return "not written: another question's moves were not intended"
    if renewed(against):
        return against.reason
    return f"{against.verdict}: {against.reason}"


def advice(against: Against) -> list[str]:
    """The options with which what failed would be taken as intended."""
    ways: dict[str, set[str]] = {}
    for one in against.moved:
        if one.verdict == "fail":
            way = "" if math.isnan(one.change) else ":up" if one.change > 0 else ":down"
            ways.setdefault(one.kpi, set()).add(way)
    words = [f"{kpi}{way.pop() if len(way) == 1 else ''}" for kpi, way in ways.items()]
    words += ["verdict"] if against.concluded.verdict == "fail" else []
    if not words:
        return []
    options = " ".join(f"--may {word}" for word in words)
    return [f"to accept: {options}" if renewed(against) else f'if that is meant: --update --why "..." {options}']


def concluded(end: Concluded) -> list[str]:
    """The conclusion in one or two lines; nothing for a question of one arm."""
    if end.now is None and end.then is None:
        return []
    if end.then == end.now and end.verdict == "pass":
        return [f"conclusion: the same, {ending(end.now)}"]
    if end.then is None and end.verdict == "pass":
        return [f"conclusion: {ending(end.now)}"]
    lines = [f"conclusion: {end.reason}"]
    if end.then is not None and end.now is not None and end.then.order != end.now.order:
        lines.append(f"order by {label(end.now.kpi)}: was {' > '.join(end.then.order)}, is {' > '.join(end.now.order)}")
    return lines


def ending(end: Conclusion | None) -> str:
    """A conclusion in words."""
    if end is None:
        return "nothing to compare"
    verdict = f"{end.verdict} wins" if end.verdict is not None else end.kind
    return f"{verdict} ({' > '.join(end.order)} by {label(end.kpi)})"


def tally(against: Sequence[Against]) -> str:
    """How many baselines are the same, moved, and so on."""
    kinds = [_kind(one) for one in against]
    return "baselines: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def _kind(against: Against) -> str:
    if renewed(against):
        return against.reason.partition(": ")[0] if "written: " in against.reason else "kept"
    if against.verdict != "pass":
        return "failed" if against.verdict == "fail" else "open"
    return "the same to the integer" if against.equal else "without a change that matters"


# --- for machines ----------------------------------------------------------------------------------


def against_json(against: Against | None) -> dict[str, Any]:
    """The fields of a scenario that belong to its baseline; null or empty where there is none."""
    if against is None:
        alone = dict.fromkeys(("fingerprint_equal", "conclusion", "lived", "runs", "comparable", "reason"))
        return {**alone, "kpis": [], "versions": [], "notes": []}
    return {
        "fingerprint_equal": against.equal,
        "kpis": [_kpi(one) for one in against.moved],
        "conclusion": _conclusion(against.concluded),
        "lived": against.lived,
        "runs": against.runs,
        "comparable": against.comparable,
        "versions": [dict(zip(("name", "then", "now"), one, strict=True)) for one in against.versions],
        "notes": list(against.notes),
        "reason": against.reason,
    }


def _kpi(moved: Moved) -> dict[str, Any]:
    fields = dict(vars(moved))
    return {"name": fields.pop("kpi"), **fields}


def _conclusion(end: Concluded) -> dict[str, Any]:
    then, now = (vars(one) if one else None for one in (end.then, end.now))
    return {"then": then, "now": now, "verdict": end.verdict, "reason": end.reason}
