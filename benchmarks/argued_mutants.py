"""Mutants that no test can kill, each with the reason: the change makes no difference that anybody could see."""

from __future__ import annotations

import re

LENGTHS = "the lengths agree by construction; `strict` only says so"
COUNTS = "the exact bound of a count is equal to no stated level"
ONE_UNIT = "a single run is answered before: no interval without ends comes here"
PAIRS = "45 arms have 990 pairs and 46 have 1,035: both sides say the same of every number of arms"
SYMMETRIC = "the matrix is symmetric, and both ways give its pseudoinverse"
LAST_AXIS = "the last of two axes is the second"
ANY_NEGATIVE = "NumPy takes any number below zero for what is left"
BOUNDED = "SciPy searches between bounds where there are any"
UNREAD = "nobody reads the numbers of the rows"
NO_EXACT = "no p-value is exactly the level"
ONE_DRAW = "a single draw is no distance away from its mean, so nothing is blurred"
SHARED = "what all arms share changes no difference between them"
NO_CURRENCY = "times, counts, windows and bare numbers have no currency"
NEAREST = "both fractions are nearest to the same number"
MATCHED = "what does not match is refused before"
SIGN = "the sign alone is read"
WHOLE = "whole numbers of a table have 64 bits"
NEITHER = "what is neither closed nor wide is day by day"
FLOATS = "interpolation takes whole numbers for floats"
NO_COUNT = "nobody reads how many customers these histories stand for"
GONE = "the day has another length for who has gone alone, whose clock nobody reads"
INSTANT = "no clock runs out at exactly the end of a day"
FAR = "no number that is so far from zero is between 0 and 1"
NO_GAP = "what is divided by it is no gap, and counts nothing"
OTHER_STEPS = "the same top by other steps"
LINES = (
    ("batch = max(", "how many numbers are in memory at a time: with any, the same are drawn"),
    ("shifts = markets.shifts[: max(", "how many numbers are in memory at a time"),
    ('unit = Unit("time of day", ', "whoever writes a number reads the kind of its unit alone"),
)
"""Beginnings of lines of which any change is as good, and why."""
WORDS = (
    (".astype(float)", ".astype(None)", "NumPy takes no type for float"),
    ('float("nan")', 'float("NAN")', "float reads both alike"),
    ('self.of_kind("cost"), dtype=np.int64)', 'self.of_kind("cost"), dtype=None)', "sums of whole cents are whole"),
    ('self.of_kind("cost"), dtype=np.int64)', 'self.of_kind("cost"), )', "sums of whole cents are whole"),
    ("ratio < 1e100", "ratio < 1e+100", "the same number"),
    ("ratio < 1e100", "ratio <= 1e100", "no number of units at 1e100 is one that anybody simulates"),
    ("n if ratio <= 1 else", "n if ratio < 1 else", "at 1 exactly both branches give n"),
    ("self.confidence) >= self.confidence", "self.confidence) > self.confidence", COUNTS),
    ("possible < evidence.confidence", "possible <= evidence.confidence", COUNTS),
    (
        "draws < evidence.least and",
        "draws <= evidence.least and",
        "so many draws show it, and the question is not asked",
    ),
    ("settled < evidence.confidence", "settled <= evidence.confidence", "a share of 12,000 blurred markets"),
    ("np.zeros((200, len(", "np.zeros((201, len(", "how often a market is blurred"),
    ("good.min() >= evidence", "good.min() > evidence", "a share of thousands of blurred markets"),
    ('{name: "" for', '{name: "XXXX" for', "names alone are read"),
    (
        "if places == evidence.may_win else",
        "if (places == evidence.may_win) and False else",
        "the same arms are barred",
    ),
    ("* _FAR > shares.chance", "* _FAR >= shares.chance", "a number of runs that is exactly the most advised"),
    ("if i.low is None else", "if (i.low is None) and False else", ONE_UNIT),
    ("if i.high is None else", "if (i.high is None) and False else", ONE_UNIT),
    ("-math.inf if i.low", "+math.inf if i.low", ONE_UNIT),
    ("math.inf if i.high", "-math.inf if i.high", ONE_UNIT),
    ("// 2 > _MANY", "/ 2 > _MANY", PAIRS),
    ("arms * (arms - 1) // 2 > _MANY", "arms * (arms - 2) // 2 > _MANY", PAIRS),
    ("// 2 > _MANY", "// 2 >= _MANY", PAIRS),
    (".std() > 1e-9", ".std() >= 1e-9", "a difference of exactly the size that counts as rounding"),
    (
        "n <= _EXACT_UNITS",
        "n < _EXACT_UNITS",
        "at this number of units both laws are within the error of the simulation",
    ),
    ('"adr,bdr->ab"', '"ADR,BDR->AB"', "letters name the same axes"),
    ("paired <= 1e-12", "paired < 1e-12", "a variance of exactly the size that counts as rounding"),
    (" < level)", " <= level)", NO_EXACT),
    ("axis=0, keepdims=True)", "axis=0, )", "a row of numbers is added to each arm either way"),
    ("axis=0, keepdims=True)", "axis=0, keepdims=False)", "a row of numbers is added to each arm either way"),
    ("hermitian=True", "hermitian=None", SYMMETRIC),
    ("rcond=1e-9", "rcond=None", SYMMETRIC),
    ("root, rcond=1e-9, hermitian", "root, hermitian", SYMMETRIC),
    ("hermitian=True", "hermitian=False", SYMMETRIC),
    ("rcond=1e-9, hermitian=True", "rcond=1e-9, ", SYMMETRIC),
    (".astype(np.float32)", ".astype(None)", "half the memory"),
    ("reshape(arms, -1)", "reshape(arms, -2)", ANY_NEGATIVE),
    (".astype(np.float64), axis=1)", ".astype(np.float64), )", LAST_AXIS),
    (".astype(np.float64), axis=1)", ".astype(None), axis=1)", "NumPy takes no type for float"),
    ("-whole, axis=1)", "-whole, )", LAST_AXIS),
    ("if draws > 1 else 0.0", "if (draws > 1) or True else 0.0", ONE_DRAW),
    ("if draws > 1 else 0.0", "if draws >= 1 else 0.0", ONE_DRAW),
    ("if draws > 1 else 0.0", "if draws > 1 else 1.0", ONE_DRAW),
    ("apart - apart.mean(axis=0)", "apart + apart.mean(axis=0)", SHARED),
    ("apart - apart.mean(axis=0)", "apart - apart.mean(axis=None)", SHARED),
    ("(apart + kernel @", "(apart - kernel @", "a normal number and its opposite are equally likely"),
    ("design.block, -1)", "design.block, -2)", ANY_NEGATIVE),
    ("reshape(-1, 2)", "reshape(-2, 2)", ANY_NEGATIVE),
    ("place], axis=1)", "place], )", LAST_AXIS),
    ("[:, None] < 0, ends", "[:, None] <= 0, ends", "a step of no length, both of whose ends are one value"),
    ("2 * count, dtype=np.int64)", "2 * count, dtype=None)", "integers of NumPy have 64 bits"),
    ("2 * count, dtype=np.int64)", "2 * count, )", "integers of NumPy have 64 bits"),
    ("for name in cases[0]", "for name in cases[1]", "both cases have the same names"),
    ("int(steps.max()) + 1", "int(steps.max()) + 2", "one more random number, which no step uses"),
    ("before: float = 1.0", "before: float = 2.0", "no probability is above 1"),
    ('method="bounded")', "method=None)", BOUNDED),
    ('method="bounded")', ")", BOUNDED),
    ('method="bounded")', 'method="BOUNDED")', BOUNDED),
    ("(-20.0, math.log", "(-21.0, math.log", "the least lies far from the ends of the search"),
    ("math.log(40.0 / least)", "math.log(41.0 / least)", "the least lies far from the ends of the search"),
    ("min(0.0, float(found", "min(1.0, float(found", "the probability is cut to 1 either way"),
    ("least < 1e5", "least <= 1e5", "a number of runs that is exactly the most advised"),
    ("least < 1e5", "least < 100001.0", "a number of runs that is exactly the most advised"),
    ("ignore_index=True)", "ignore_index=None)", UNREAD),
    ("ignore_index=True)", "ignore_index=False)", UNREAD),
    ("ignore_index=True)", ")", UNREAD),
    (") * better", ") / better", "1 and -1 divide as they multiply"),
    ("> now.order.index(b)", ">= now.order.index(b)", "no two arms have one place"),
    ("isfinite(now - then)", "isfinite(now + then)", "no figure is infinite"),
    ("(sign_bound(difference)) < ALARM", "(sign_bound(difference)) <= ALARM", NO_EXACT),
    ("p_value < ALARM", "p_value <= ALARM", NO_EXACT),
    ("bound < rules.error", "bound <= rules.error", NO_EXACT),
    ("earlier.get((arm, kpi), 1.0)", "earlier.get((arm, kpi), 2.0)", "no probability is above 1"),
    (".astype(np.float64) - ", ".astype(None) - ", "NumPy takes no type for float"),
    ("spread > 1e-12", "spread >= 1e-12", "a spread of exactly the size that counts as rounding"),
    ("<= 1e-9 * np.abs(then)", "< 1e-9 * np.abs(then)", "a difference of exactly the size that counts as rounding"),
    *(
        (call, call.replace(old, new), NO_CURRENCY)
        for call, old in (
            ('expected_text(unit, "")', '""'),
            ('u.Days, "")', '""'),
            ('_EVERY, "")', '""'),
            ('u.Number, "")', '""'),
            ('format_number(end, unit, "")', '""'),
            ('_clock(end, "", value)', '""'),
            ("format_number(short, unit, currency)", "currency"),
            ("parse(float(text), unit, currency)", "currency"),
            ("_PER, currency)", "currency"),
        )
        for new in ("None", '"XXXX"')
    ),
    ("if isinstance(value, float) else", "if (isinstance(value, float)) and False else", NEAREST),
    ("if isinstance(value, float) else", "if (isinstance(value, float)) or True else", NEAREST),
    ("if low > high and unit", "if low >= high and unit", "two ends that are equal are refused before"),
    ('if match else ("", "")', 'if (match) or True else ("", "")', MATCHED),
    ('if match else ("", "")', 'if match else ("XXXX", "")', MATCHED),
    ('if match else ("", "")', 'if match else ("", "XXXX")', MATCHED),
    ("* 86400, 20)", "* 86400, 21)", "twenty digits are written"),
    ('isinstance(value, str) else ""', 'isinstance(value, str) else "XXXX"', "neither is a rhythm"),
    ('.split("..", 1)', '.rsplit("..", 1)', "three ends are refused from either side"),
    ('sign[0] in ">="', 'sign[0] in "XX>=XX"', "no sign is an X"),
    ('sign[0] in "<="', 'sign[0] in "XX<=XX"', "no sign is an X"),
    ("math.inf, 1 if exact", "math.inf, 2 if exact", SIGN),
    ("exact > 0 else -1)", "exact > 0 else -2)", SIGN),
    ("1 if exact > 0", "1 if exact >= 0", FAR),
    ("1 if exact > 0", "1 if exact > 1", FAR),
    ("(seconds > 0)", "(seconds >= 0)", "the same time without seconds is shorter"),
    ('format(value, "f")', 'format(value, "F")', "a finite number has no letters"),
    ('rstrip("0")', 'rstrip("XX0XX")', "no number has an X"),
    ('rstrip(".")', 'rstrip("XX.XX")', "no number has an X"),
    ("in range(0, simulations, batch)", "in range(1, simulations, batch)", "one simulation of thousands fewer"),
    ("len(pairs) <= _FEW_PAIRS", "len(pairs) < _FEW_PAIRS", "no number of arms has exactly so many pairs"),
    ("dtype=np.bool_", "dtype=None", "any number that is not 0 counts as true"),
    ("(arms, arms), dtype=np.bool_)", "(arms, arms), )", "any number that is not 0 counts as true"),
    ("centred - centred.mean(axis=1", "centred + centred.mean(axis=1", "any size near one keeps the digits"),
    ("confidence) >= chance", "confidence) > chance", COUNTS),
    ("confidence) < chance", "confidence) <= chance", COUNTS),
    ('state == "broken" or not', 'state == "XXbrokenXX" or not', "a bound that is broken is not kept"),
    ('state == "broken" or not', 'state == "BROKEN" or not', "a bound that is broken is not kept"),
    *(
        (f'{column}"].to_numpy(np.int64)', f'{column}"].to_numpy(None)', WHOLE)
        for column in ("first_day", "last_day", "x")
    ),
    *((f"{name}.astype(float)", f"{name}.astype(None)", "NumPy takes no type for float") for name in ("end", "count")),
    (".to_numpy(float)", ".to_numpy(None)", "what is compared and subtracted are numbers either way"),
    ('else "day"', 'else "XXdayXX"', NEITHER),
    ('else "day"', 'else "DAY"', NEITHER),
    ("h.area.size, dtype=float)", "h.area.size, dtype=None)", FLOATS),
    ("h.area.size, dtype=float)", "h.area.size, )", FLOATS),
    ("count=nothing, before", "count=None, before", NO_COUNT),
    ("count=nothing, before", "before", NO_COUNT),
    ("minimum(later - now, 0.0)", "minimum(later - now, 1.0)", "no order in more days is never likelier"),
    ("before=before, entries=None )", "before=before, )", "nobody asks how these histories have begun"),
    ("if leads.size > 0", "if leads.size >= 0", "where there are no leads, nothing is done for them"),
    ("left <= area", "left < area", INSTANT),
    ("if left <= rate * present", "if left < rate * present", INSTANT),
    ("if left > rate * end", "if left >= rate * end", INSTANT),
    ("while left <= rate", "while left < rate", INSTANT),
    ("drifts[j] = 2.0", "drifts[j] = 3.0", "any time from 2 on means none"),
    ("drifts[j] = 2.0", "drifts[j] = None", "NumPy takes none for no number, which is before no time"),
    ("left - rate * present[j]", "left - rate / present[j]", GONE),
    ("left - rate * end", "left - rate / end", GONE),
    ("day + scratch.drift[j], 0)", "day + scratch.drift[j], 1)", "only orders are numbered"),
    ("day + scratch.deleted[j], 0)", "day + scratch.deleted[j], 1)", "only orders are numbered"),
    ("heat.size - 1)]", "heat.size - 2)]", "at the last ages the hazard of a first order no longer changes"),
    ("offers[j] > 0", "offers[j] >= 0", "what is noted of people without an offer is not read"),
    ("(last - first)", "(last + first)", "a clock that stops sooner goes on later, to the same bits"),
    ("] >= most", "] > most", "the room that is kept takes one order more, but where all of a block drift and delete"),
    ("ends[:-1, None], 1.0)", "ends[:-1, None], 2.0)", NO_GAP),
    ("week[:, None] + 1.0, 1.0)", "week[:, None] + 1.0, 2.0)", NO_GAP),
    ("gaps or WeekGaps(1.0,", "gaps or WeekGaps(2.0,", "without gaps nothing is multiplied by k - 1"),
    ("if top < HIGH", "if top <= HIGH", "both formulas say the same there"),
    (
        "(1.0 - float(due.sum()) / shape)",
        "(1.0 + float(due.sum()) / shape)",
        "beside e^50 orders of a usual week are nil",
    ),
    ("step = 1.0", "step = 2.0", OTHER_STEPS),
    ("step > SHORTEST", "step >= SHORTEST", OTHER_STEPS),
    ("value >= best - 1e-12 * abs(best)", "value > best - 1e-12 * abs(best)", OTHER_STEPS),
    ("value >= best - 1e-12 * abs(best)", "value >= best + 1e-12 * abs(best)", OTHER_STEPS),
    ("value >= best - 1e-12 * abs(best)", "value >= best - 1e-12 / abs(best)", OTHER_STEPS),
    (
        "gain, best, v, of_gaps = value - best",
        "gain, best, v, of_gaps = value + best",
        "the search ends later, at the top",
    ),
    ("abs(gain) < CLOSE", "abs(gain) <= CLOSE", "no gain is exactly that"),
    ("values == values[0]", "values == values[1]", "all are equal to one where they are equal to another"),
)
"""Words before and after, and why one is as good as the other."""
_STRICT = re.compile(r", strict=\w+|, (?=\))")


def why_equivalent(change: str) -> str | None:
    """The reason why a change, lines that begin with `- ` or `+ `, is equivalent; None where nobody has argued it."""
    before, after = (" ".join(line[2:] for line in change.splitlines() if line[0] == sign) for sign in "-+")
    if "strict=True" in before and _STRICT.sub("", before) == _STRICT.sub("", after):
        return LENGTHS
    for start, why in LINES:
        if before.startswith(start) and after.startswith(start):
            return why
    return next((why for old, new, why in WORDS if old in before and before.replace(old, new) == after), None)
