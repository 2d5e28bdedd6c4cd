"""[expect]: what must come out of a question's runs, and what must not once a mechanism is switched off.

One expectation makes one claim about KPIs of arms: a number lies between two others, arms stand in an order, a
ratio of two numbers lies between two others, a set of best arms looks so, a curve over arms bends so much.
Everything that can be wrong with an expectation is found here, when its file is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from scenarios.reading.entries import (
    UNITS,
    Entry,
    ExpectationContext,
    changed_reading,
    competing_arms,
    judge_no_variant,
    measure_of,
    named_arm,
    named_arms,
    plain_number,
    read_ends,
    read_number,
    read_reading,
)
from scenarios.reading.levers import lever_value, read_lever, read_off
from scenarios.toml.toml_document import Node
from scenarios.values.expectations import (
    BestClaim,
    BetweenClaim,
    Claim,
    CurveClaim,
    Expectation,
    OrderClaim,
    RatioClaim,
)
from scenarios.values.quantities import parse, shown
from scenarios.values.suggestions import nearest
from sim import units as u
from sim.scenario import Scenario

FORMS = ("between", "order", "ratio", "best", "curve")
SETS = ("among", "has", "lacks")
KEYS = ("kpi", "variant", *FORMS, "where", "window", "source", "off")


def read_expectations(tree: Node | None, arms: Mapping[str, Scenario]) -> dict[str, Expectation]:
    """The expectations of a question with these arms, by name, from its [expect].

    Raises InputError with file, line, path, what is allowed and what was got.
    """
    frame = ExpectationContext(arms)
    found = {}
    for name in tree.value if tree is not None else ():
        entry = Entry(tree, ("expect",)).at(name)  # type: ignore[arg-type]
        if entry.at("off").node.value is not True:
            found[name] = _expectation(name, entry.table(KEYS, ("kpi",)), frame)
    return found


def _expectation(name: str, entry: Entry, frame: ExpectationContext) -> Expectation:
    stated = [form for form in FORMS if entry.has(form)]
    if len(stated) != 1:
        got = " and ".join(stated) or "none"
        raise entry.error(f"must make one claim; allowed exactly one of {', '.join(FORMS)}; got {got}")
    claim = _CLAIMS[stated[0]](entry, frame)
    source = entry.at("source").node.value
    if source is not None and not (isinstance(source, str) and source.isprintable()):
        raise entry.at("source").error(f"is not a text on one line; allowed a citation; got {shown(source)}")
    return Expectation(name, claim.readings[0].kpi, claim, source or "", read_off(entry.at("off"), frame))


# --- the five claims -------------------------------------------------------------------------------


def _between(entry: Entry, frame: ExpectationContext) -> BetweenClaim:
    reading = read_reading(entry, frame, named_arm(entry.at("variant"), frame))
    unit = UNITS[measure_of(reading).unit]
    return BetweenClaim(
        (reading,), *read_ends(entry.at("between"), lambda end: float(parse(end, unit, frame.currency)))
    )


def _order(entry: Entry, frame: ExpectationContext) -> OrderClaim:
    judge_no_variant(entry, "order")
    return OrderClaim(tuple(read_reading(entry, frame, arm) for arm in named_arms(entry.at("order"), frame, 2)))


def _ratio(entry: Entry, frame: ExpectationContext) -> RatioClaim:
    ratio = entry.at("ratio").table(("of", "to", "between"), ("to", "between"))
    of = read_reading(entry, frame, named_arm(ratio.at("of") if ratio.has("of") else entry.at("variant"), frame))
    to = ratio.at("to")
    if isinstance(to.node.value, dict):
        to.table(("variant", "kpi", "where", "window"))
        arm = named_arm(to.at("variant"), frame) if to.has("variant") else of.arm
        other = changed_reading(replace(of, arm=arm), to, frame)
    else:
        other = replace(of, arm=named_arm(to, frame))
    if other == of:
        raise to.error(f"is the same number; allowed another arm, or a table of what differs; got {shown(other.arm)}")
    return RatioClaim((of, other), *read_ends(ratio.at("between"), plain_number))


def _best(entry: Entry, frame: ExpectationContext) -> BestClaim:
    judge_no_variant(entry, "best")
    best = entry.at("best").table(("of", "within", *SETS, "by", "between"), ("within",))
    arms = competing_arms(best, frame, 2)
    readings = tuple(read_reading(entry, frame, arm) for arm in arms)
    _judge_best(best, entry, measure_of(readings[0]).better)
    among, has, lacks = (_places(best.at(key), arms) if best.has(key) else () for key in SETS)
    within = read_number(best.at("within"), lambda value: float(parse(value, u.Share, frame.currency)))
    plain = BestClaim(readings, within, among, has, lacks)
    if not best.has("by"):
        return plain
    lever = read_lever(best.at("by"), arms, frame)
    low, high = read_ends(best.at("between"), lambda end: lever_value(end, lever, frame))
    return replace(plain, lever=lever, low=low, high=high)


def _judge_best(best: Entry, entry: Entry, better: int) -> None:
    got = ", ".join(best.node.value)
    if best.has("by") != best.has("between"):
        raise best.error(f"states half of a middle; allowed by and between, or neither; got {got}")
    if not any(best.has(key) for key in (*SETS, "by")):
        raise best.error(f"claims nothing; allowed among, has, lacks, or by with between; got {got}")
    if better == 0:
        problem = "has no better direction; allowed a measure of which more or less is better"
        raise entry.at("kpi").error(f"{problem}; got {shown(entry.at('kpi').node.value)}")


def _places(entry: Entry, arms: list[str]) -> tuple[int, ...]:
    names = entry.texts()
    for name in names:
        if name not in arms:
            raise entry.error(f"is not one of the arms that are compared; {nearest(name, arms)}; got {shown(name)}")
    if entry.path[-1] == "among" and len(names) == len(arms):
        raise entry.error("names every arm, so it claims nothing; allowed fewer than all; got all")
    return tuple(arms.index(name) for name in names)


def _curve(entry: Entry, frame: ExpectationContext) -> CurveClaim:
    judge_no_variant(entry, "curve")
    curve = entry.at("curve").table(("of", "by", "between"), ("by", "between"))
    arms = competing_arms(curve, frame, 3)
    lever = read_lever(curve.at("by"), arms, frame)
    if len(set(lever.values)) < 3:
        raise curve.at("by").error(f"cannot bend; allowed three values or more; got {len(set(lever.values))}")
    readings = tuple(read_reading(entry, frame, arm) for arm in arms)
    return CurveClaim(readings, lever, *read_ends(curve.at("between"), plain_number))


_CLAIMS: dict[str, Callable[[Entry, ExpectationContext], Claim]] = {
    "between": _between,
    "order": _order,
    "ratio": _ratio,
    "best": _best,
    "curve": _curve,
}
