"""[expect]: claims that a question's runs must meet, and that must fail once a mechanism is switched off.

One expectation makes one claim about KPIs of arms: a number lies between two others, arms stand in an order, a
ratio of two numbers lies between two others, the best arms are these, or a curve over arms bends by so much.
Everything that can be wrong with an expectation is found when its file is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.errors import nearest, shown
from scenarios.reading.expectation_parts import (
    ExpectationContext,
    changed_reading,
    check_no_variant,
    competing_arms,
    named_arm,
    named_arms,
    plain_number,
    read_ends,
    read_reading,
)
from scenarios.reading.levers import lever_value, read_lever, read_off
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.values.expectations import (
    KPI_UNITS,
    BestClaim,
    BetweenClaim,
    Claim,
    CurveClaim,
    Expectation,
    OrderClaim,
    RatioClaim,
)
from scenarios.values.quantities import parse
from sim import units as u
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure

SETS = {
    "among": "Arms that hold all of the best.",
    "has": "Arms that are all among the best.",
    "lacks": "Arms none of which is among the best.",
}
RATIO = {
    "of": "Arm of the first number; the only one, or `variant`, where it is not stated.",
    "to": "Arm of the second number, or a table of what differs in it: variant, kpi, where, window.",
    "between": "Lowest and highest ratio that the claim allows.",
}
BEST = {
    "of": "Arms that compete; all where it is not stated.",
    "within": "Share of the best arm's KPI by which an arm may miss it and still be among the best.",
    **SETS,
    "by": "Path of the value in which the arms differ.",
    "between": "Lowest and highest value, at that path, of the middle of the best arms.",
}
CURVE = {
    "of": "Arms on the curve; all where it is not stated.",
    "by": "Path of the value in which the arms on the curve differ.",
    "between": "Lowest and highest bend that the claim allows: c in ln KPI = a + b ln x - c (ln x)^2.",
}
FORMS = {
    "between": "The claim that the KPI lies between two values, [low, high].",
    "order": "The claim that the KPI falls from each of these arms to the next.",
    "ratio": "The claim that one KPI over another lies between two numbers.",
    "best": "The claim about which arms are best.",
    "curve": "The claim about how a curve over arms bends.",
}
KEYS = {
    "kpi": "The KPI that the claim is about.",
    "variant": "Arm that the claim is about; the only one where it is not stated.",
    **FORMS,
    "where": "Conditions on people, as those of a programme's `who`: the KPI is theirs alone.",
    "window": "Measured days that count, such as 0 d .. 90 d; all where it is not stated.",
    "source": "Where the claim is taken from.",
    "off": "Values by path with which the claim must fail; true leaves out a claim of the file that this one extends.",
}
"""The keys of an expectation, and what each means."""


def read_expectations(
    tree: Node | None, arms: Mapping[str, Scenario], measures: Mapping[str, Measure]
) -> dict[str, Expectation]:
    """The expectations of a question with these arms, by name, from its [expect].

    Raises InputError with the place in the file.
    """
    context = ExpectationContext(arms, measures)
    found = {}
    for name in tree.value if tree is not None else ():
        entry = Entry(tree, ("expect",)).at(name)  # type: ignore[arg-type]
        if entry.at("off").node.value is not True:
            found[name] = _expectation(name, entry.table(KEYS, required=("kpi",)), context)
    return found


def _expectation(name: str, entry: Entry, context: ExpectationContext) -> Expectation:
    stated = [form for form in FORMS if entry.has(form)]
    if len(stated) != 1:
        got = " and ".join(stated) or "none"
        raise entry.error("an expectation makes one claim", expected=f"one of {', '.join(FORMS)}", got=got)
    claim = _CLAIMS[stated[0]](entry, context)
    source = entry.at("source").node.value
    if source is not None and not (isinstance(source, str) and source.isprintable()):
        raise entry.at("source").error(expected="a text on one line")
    return Expectation(name, claim.readings[0].kpi, claim, source or "", read_off(entry.at("off"), context))


# --- the five claims -------------------------------------------------------------------------------


def _between(entry: Entry, context: ExpectationContext) -> BetweenClaim:
    reading = read_reading(entry, context, named_arm(entry.at("variant"), context))
    unit = KPI_UNITS[context.measure_of(reading).unit]
    return BetweenClaim(
        (reading,), *read_ends(entry.at("between"), lambda end: float(parse(end, unit, context.currency)))
    )


def _order(entry: Entry, context: ExpectationContext) -> OrderClaim:
    check_no_variant(entry, "order")
    return OrderClaim(tuple(read_reading(entry, context, arm) for arm in named_arms(entry.at("order"), context, 2)))


def _ratio(entry: Entry, context: ExpectationContext) -> RatioClaim:
    ratio = entry.at("ratio").table(RATIO, ("to", "between"))
    of = read_reading(entry, context, named_arm(ratio.at("of") if ratio.has("of") else entry.at("variant"), context))
    to = ratio.at("to")
    if isinstance(to.node.value, dict):
        to.table(("variant", "kpi", "where", "window"))
        arm = named_arm(to.at("variant"), context) if to.has("variant") else of.arm
        other = changed_reading(replace(of, arm=arm), to, context)
    else:
        other = replace(of, arm=named_arm(to, context))
    if other == of:
        raise to.error("a number over itself", expected="another arm, or a table of what differs")
    return RatioClaim((of, other), *read_ends(ratio.at("between"), plain_number))


def _best(entry: Entry, context: ExpectationContext) -> BestClaim:
    check_no_variant(entry, "best")
    best = entry.at("best").table(BEST, ("within",))
    arms = competing_arms(best, context, 2)
    readings = tuple(read_reading(entry, context, arm) for arm in arms)
    _check_best(best, entry, context.measure_of(readings[0]).better)
    among, has, lacks = (_places(best.at(key), arms) if best.has(key) else () for key in SETS)
    within = best.at("within").read(lambda value: float(parse(value, u.Share, context.currency)))
    plain = BestClaim(readings, within, among, has, lacks)
    if not best.has("by"):
        return plain
    lever = read_lever(best.at("by"), arms, context)
    low, high = read_ends(best.at("between"), lambda end: lever_value(end, lever, context))
    return replace(plain, lever=lever, low=low, high=high)


def _check_best(best: Entry, entry: Entry, better: int) -> None:
    got = ", ".join(best.node.value)
    if best.has("by") != best.has("between"):
        raise best.error("by and between go together", expected="both or neither", got=got)
    if not any(best.has(key) for key in (*SETS, "by")):
        raise best.error("no claim is made", expected="among, has, lacks, or by with between", got=got)
    if better == 0:
        raise entry.at("kpi").error(expected="a measure of which more or less is better")


def _places(entry: Entry, arms: list[str]) -> tuple[int, ...]:
    names = entry.texts()
    for name in names:
        if name not in arms:
            raise entry.error("not one of the arms that are compared", expected=nearest(name, arms), got=shown(name))
    if entry.path[-1] == "among" and len(names) == len(arms):
        raise entry.error("a set of all arms claims nothing", expected="fewer arms than all", got="all")
    return tuple(arms.index(name) for name in names)


def _curve(entry: Entry, context: ExpectationContext) -> CurveClaim:
    check_no_variant(entry, "curve")
    curve = entry.at("curve").table(CURVE, required=("by", "between"))
    arms = competing_arms(curve, context, 3)
    lever = read_lever(curve.at("by"), arms, context)
    if len(set(lever.values)) < 3:
        expected = "a path with three values or more in the arms"
        raise curve.at("by").error(expected=expected, got=str(len(set(lever.values))))
    readings = tuple(read_reading(entry, context, arm) for arm in arms)
    return CurveClaim(readings, lever, *read_ends(curve.at("between"), plain_number))


_CLAIMS: dict[str, Callable[[Entry, ExpectationContext], Claim]] = {
    "between": _between,
    "order": _order,
    "ratio": _ratio,
    "best": _best,
    "curve": _curve,
}
