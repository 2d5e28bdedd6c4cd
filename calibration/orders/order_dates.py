"""The days of orders, from text in many forms, spreadsheet serials, or seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.cells import text_of
from calibration.orders.clock_times import local_days
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

WEEKDAY = r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?[ ]+|^(?:星期|周)[一二三四五六日天][ ]*"
TIME_FIRST = r"^(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:[ ]*[AaPp]\.?[Mm]\.?)?)[, ]+(?:on[ ]+)?(\S.*\d.*)$"
HALVES = (
    (r"[ ]*(?:上午|凌晨|早上|午前|오전|[Aa][Mm])[ ]*(\d{1,2}[:时點点時시].*)$", r" \1 AM"),
    (r"[ ]*(?:下午|晚上|中午|傍晚|午後|오후|[Pp][Mm])[ ]*(\d{1,2}[:时點点時시].*)$", r" \1 PM"),
)
"""The half of the day before the hour, and as it stands after it."""
CLOCK = (
    r"[T,:_ ]+(?:(?:at|à|um|kl\.?)[ ]+)?\d{1,2}[ ]*(?:[:时點点時시][ ]*\d{1,2}.*"
    r"|\.\d{2}\.\d{2}(?:[^\d].*)?|[时點点時시](?: [AP]M)?)$",
    r"[T ]+\d{1,2}[ ]*(?i:[ap]\.?m\.?)$",
)
"""The time of day after a date, with what follows it."""
C_TIME = r"^([A-Za-z]{3,9}\.? \d{1,2}) [\d:]+ (?:[A-Z]{2,5} |[+-]\d{4} )?(\d{4})$"
YEAR_FIRST = r"^(\d{4})\s*[-/.年년 ]\s*(\d{1,2})\s*[-/.月월 ]\s*(\d{1,2})\s*[日号號일.]?$"
ERAS = {"民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988}
WITH_ERA = r"^(?:中[華华])?(民[國国]|令和|平成)\s*(\d{1,3}|元)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$"
MINGUO = r"^(1\d{2}|9\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$"
COMPACT_MINGUO = r"^(1\d{2})([01]\d)([0-3]\d)$"
"""Years of the Minguo calendar without its name: of three digits since 2011."""
OLDEST = np.datetime64("1950-01-01")
PERIODS = {
    "weeks": r"(?i)^\d{4}[- ]?W\d{1,2}(?:-?\d)?$|^W(?:eek|k)?[- ]?\d{1,2}[-,/ ]+\d{4}$|^\d{4}年?第?\d{1,2}[周週]",
    "quarters": r"(?i)^\d{4}[-/ ]?Q[1-4]$|^Q[1-4][-/, ]*\d{4}$|^\d{4}年?第?[1-4一二三四]季",
    "months": r"(?i)^\d{4}\s*[-/.年]\s*\d{1,2}月?$|^\d{1,2}[-/.]\d{4}$|^[a-z]{3,9}\.?[- ,]+\d{4}$|^(?:19|20)\d{4}$",
    "times of the day": r"^\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?$",
}
"""What is no day, and how it is written."""
COMPACT = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
COMPACT_CLOCK = (
    r"^((?:19|20)\d{2}[01]\d[0-3]\d)[T ]?[0-2]\d[0-5]\d(?:[0-5]\d(?:\.?\d{3})?)?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
YEAR_LAST = r"^(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/., ]\s*(\d{4})$"
SHORT = r"^(\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?$"
DAY_MONTH = (
    r"(?i)^(\d{1,4})(?:st|nd|rd|th|\.)?[-/ .]*(?:de |of )?"
    r"([^\W\d_]{3,10})\.?,?[-/ ,]*(?:de |of )?(\d{1,4})$"
)
MONTH_DAY = r"(?i)^([^\W\d_]{3,10})\.?[-/ ]*(\d{1,2})(?:st|nd|rd|th)?,?[-/ ,]+(\d{4}|\d{2})$"
PLAIN = r"^\d{4}[-/.]\d{2}[-/.]\d{2}(?:$|[T ]\d)"
NUMBER = r"^\d+(?:\.\d*)?$"
POINT_CLOCK = r"^(\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[ ]+\d{1,2}\.\d{2}$"
COMMA_SERIAL = r"^(\d{5}),(\d+)$"
MONTH_STARTS = (
    "jan,ene,gen feb,fév,fev mar,mär,mrt apr,abr,avr may,mai,mag,mei jun,juin,giu jul,juil,lug ago,aug,aoû,aou"
)
MONTH_STARTS += " sep,set okt,oct,ott,out nov dec,dez,dic,déc"
MONTHS = {start: n for n, starts in enumerate(MONTH_STARTS.split(), start=1) for start in starts.split(",")}
"""The first letters of months: English, German, French, Spanish, Italian, Portuguese, Dutch."""
SERIALS, UNIX_TIME = (20000.0, 60000.0), (3e8, 4.2e9)
"""Numbers that count days since 1899-12-30, and seconds since 1970 (thousandths, millionths and so on as well)."""
NO_DATES = (
    r"^(?:0{1,4}[-/.]0{1,2}[-/.]0{1,4}|0001[-/.]0?1[-/.]0?1|9999[-/.]1?\d[-/.]\d{1,2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:9999|0001)|0|00000000|0{14}|99991231|00010101)$"
)
EXPECTED = "dates like 2026-01-31"
UNREADABLE = 0.01
"""Share of a column's dates that must be unreadable for a message to say why."""
LONGEST_SHORT = 15
"""Years that dates with two-digit years may span."""


@dataclass(frozen=True)
class Dates:
    """Days as midnight timestamps (NaT where unreadable), which cells stand for no date, and notes on the reading."""

    day: Days
    nothing: Bools
    notes: tuple[str, ...] = ()


def read_dates(cells: pd.Series, place: str, today: np.datetime64, zone: tzinfo | None = None) -> Dates:
    """Calendar days of text, number or timestamp cells: as written, or in `zone` where a cell names its own.

    Year first is read as it stands; with the year last or of two digits, the order of the parts must show in the
    file. Raises InputError, naming `place`, where it does not.
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(cells):
        aware = cells.dt.tz is not None
        local = (cells.dt.tz_convert(zone) if zone else cells).dt.tz_localize(None) if aware else cells
        return _judged(local.to_numpy().astype("datetime64[D]"), np.zeros(len(cells), dtype=bool), [])
    text = text_of(cells)
    notes: list[str] = []
    plain = text.str.contains(PLAIN, regex=True).to_numpy(dtype=bool)
    if not plain.all():
        rest = text[~plain]
        for pattern, kept in ((TIME_FIRST, r"\2 \1"), (r"([日일.])(\d{1,2}[:时時시])", r"\1 \2"), *HALVES):
            rest = rest.str.replace(pattern, kept, regex=True)
        text = _with(text, ~plain, rest)
    dates = _dates_alone(text, plain)
    number = dates.str.fullmatch(NUMBER).to_numpy(dtype=bool)
    blank = (text == "").to_numpy(dtype=bool)
    days: Days = np.full(len(text), np.datetime64("NaT", "D"))
    if number.sum() > 0.9 * max((~blank).sum(), 1):
        days = _numbers(dates, number, zone, notes)
        dates = dates.where(np.isnat(days), "")
    of_date, unique = pd.factorize(dates)
    short = pd.Series(list(unique), dtype=object)
    found, nothing = _written(short, place, today, notes)
    days = np.where(np.isnat(days), found[of_date], days)
    _refuse_others(days, dates, nothing[of_date] | blank, place)
    days = local_days(days, text, place, zone, notes)
    return _judged(days, nothing[of_date], notes)


def _with(text: pd.Series, rows: Bools, other: pd.Series) -> pd.Series:
    """Text with other text in some rows."""
    whole = text.astype(object)
    whole[rows] = other
    return whole.astype(str)


def _dates_alone(text: pd.Series, plain: Bools) -> pd.Series:
    """Text of dates without the time of day. plain: rows that are a date of ten characters with or without a time."""
    dates = text.str.slice(0, 10)
    if plain.all():
        return dates
    rest = text[~plain].str.replace(COMPACT_CLOCK, r"\1", regex=True).str.replace(r"^(\d{8,})\.0+$", r"\1", regex=True)
    forms = ((WEEKDAY, ""), (C_TIME, r"\1 \2"), (POINT_CLOCK, r"\1"), (COMMA_SERIAL, r"\1.\2"))
    for pattern, kept in (*forms, (CLOCK[0], ""), (CLOCK[1], "")):
        rest = rest.str.replace(pattern, kept, regex=True)
    return rest.str.strip() if not plain.any() else _with(dates, ~plain, rest.str.strip())


def _refuse_others(days: Days, dates: pd.Series, nothing: Bools, place: str) -> None:
    """InputError, with the reason, for columns of weeks, quarters, months or times, and of years that are not ours."""
    bad = np.isnat(days) & ~nothing
    if bad.sum() > UNREADABLE * bad.size:
        unread = dates[bad]
        for what, pattern in PERIODS.items():
            mine = unread.str.contains(pattern, regex=True)
            if mine.mean() > 0.5:
                expected, got = "dates like 2026-01-31 (--map date=COLUMN for another column)", unread[mine].iloc[0]
                raise InputError(f"the column has {what}, not days", place=place, expected=expected, got=repr(got))
    if (days < OLDEST).sum() > 0.5 * max(int((~np.isnat(days)).sum()), 1):
        got = repr(str(dates[days < OLDEST].iloc[0]))
        raise InputError("most dates are of another century or calendar", place=place, expected=EXPECTED, got=got)


def _judged(days: Days, nothing: Bools, notes: list[str]) -> Dates:
    return Dates(days.astype("datetime64[s]"), nothing & np.isnat(days), tuple(notes))


def _numbers(text: pd.Series, number: Bools, zone: tzinfo | None, notes: list[str]) -> Days:
    """Serials of a spreadsheet or seconds since 1970; NaT for other numbers."""
    values = np.full(len(text), np.nan)
    values[number] = text[number].astype(float)
    serial = (values >= SERIALS[0]) & (values < SERIALS[1])
    scale = np.select([values < k * UNIX_TIME[1] for k in (1.0, 1e3, 1e6, 1e9)], [1.0, 1e3, 1e6, 1e9], np.nan)
    seconds = values / scale
    unix = (seconds >= UNIX_TIME[0]) & ~serial
    days = np.full(len(text), np.datetime64("NaT", "D"))
    days[serial] = np.datetime64("1899-12-30") + np.floor(values[serial] + 1e-9).astype("timedelta64[D]")
    if serial.any():
        notes.append("dates were read as a spreadsheet's count of days since 1899-12-30")
    if unix.any():
        import pandas as pd

        stamps = pd.to_datetime(np.floor(seconds[unix]), unit="s", utc=True)
        where = "UTC (--timezone NAME for another)"
        if zone:
            stamps, where = stamps.tz_convert(zone), str(zone)
        days[unix] = stamps.tz_localize(None).to_numpy().astype("datetime64[D]")
        notes.append(f"dates were read as seconds since 1970, days in {where}")
    return days


# --- text ------------------------------------------------------------------------------------------


def _written(text: pd.Series, place: str, today: np.datetime64, notes: list[str]) -> tuple[Days, Bools]:
    """Days of distinct dates without their time of day, and which of them stand for no date."""
    names = ["year", "month", "day"]
    nothing = text.str.fullmatch(NO_DATES).to_numpy(dtype=bool)
    text = _common_era(text, nothing, place, today, notes)
    first = text.str.extract(YEAR_FIRST).fillna(text.str.extract(COMPACT))
    days = _days(first.set_axis(names, axis=1))
    last = text.str.extract(YEAR_LAST).set_axis(["day", "month", "year"], axis=1)
    if (last["year"].notna() & ~nothing).any():
        swap, note = _month_first(last[~nothing], text, place)
        notes.append(note)
        _refuse_mangled(days, last, text, place)
        last = last.rename(columns={"day": "month", "month": "day"}) if swap else last
        days = np.where(np.isnat(days), _days(last), days)
    named = _named_months(text)
    days = np.where(np.isnat(days), _days(named), days)
    short = text.str.extract(SHORT)
    if named is not None and (named["year"].notna() & (named["year"].str.len() <= 2)).any():
        two = named["year"].str.len() <= 2
        parts = named[["day", "month", "year"]].where(two)
        found, note = _two_digits(parts, ("dmy", "ymd"), text, place, today)
        days = np.where(np.isnat(days), found, days)
        notes.append(note)
    if short[0].notna().any():
        found, note = _two_digits(short, ("dmy", "mdy", "ymd"), text, place, today)
        days = np.where(np.isnat(days), found, days)
        notes.append(note)
    return days, nothing


def _common_era(text: pd.Series, nothing: Bools, place: str, today: np.datetime64, notes: list[str]) -> pd.Series:
    """Distinct dates with years of the Minguo calendar, or of a Japanese era, as year, month and day of the common era.

    Minguo years without their name are read where the whole column has them; InputError where others are among them.
    """
    named = text.str.extract(WITH_ERA)
    if named[0].notna().any():
        rows = named[0].notna().to_numpy(dtype=bool)
        years = named.loc[rows, 1].replace("元", "1").astype(int) + named.loc[rows, 0].map(ERAS)
        notes.append(f"dates were read with years of an era ({text[rows].iloc[0]} is in {years.iloc[0]})")
        text = text.where(~rows, years.astype(str) + "-" + named.loc[rows, 2] + "-" + named.loc[rows, 3])
    plain = text.str.extract(MINGUO).fillna(text.str.extract(COMPACT_MINGUO))
    three = (plain[0].str.len() == 3).to_numpy(dtype=bool)
    if three.sum() <= UNREADABLE * len(text):
        return text
    rows = plain[0].notna().to_numpy(dtype=bool)
    years = plain.loc[rows, 0].astype(int) + 1911
    others = ~rows & ~nothing & (text != "").to_numpy(dtype=bool)
    late = int(years.max()) > int(today.astype("datetime64[Y]").astype(int)) + 1970
    if late or others.sum() > UNREADABLE * len(text):
        got = f"{text[three].iloc[0]!r}" + (f" and {text[others].iloc[0]!r}" if others.any() else "")
        problem = "some years have three digits, as in the Minguo calendar (113 is 2024), and not all can be that"
        raise InputError(problem, place=place, expected=EXPECTED, got=got)
    notes.append(f"dates were read with years of the Minguo calendar ({text[rows].iloc[0]} is in {years.iloc[0]})")
    return text.where(~rows, years.astype(str) + "-" + plain.loc[rows, 1] + "-" + plain.loc[rows, 2])


def _days(parts: pd.DataFrame) -> Days:
    """Days of year, month and day; NaT where one lacks, the date does not exist, or the year has not four digits."""
    year, month, day = (parts[name].astype(float).to_numpy() for name in ("year", "month", "day"))
    good = (year >= 1000) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    number = np.where(good, (year - 1970) * 12 + month - 1, 0).astype(np.int64)
    start = number.astype("datetime64[M]")
    days = start.astype("datetime64[D]") + np.where(good, day - 1, 0).astype(np.int64)
    return np.where(good & (days.astype("datetime64[M]") == start), days, np.datetime64("NaT", "D"))


def _named_months(text: pd.Series) -> pd.DataFrame:
    parts = text.str.extract(DAY_MONTH).set_axis(["day", "month", "year"], axis=1)
    other = text.str.extract(MONTH_DAY).set_axis(["month", "day", "year"], axis=1)
    parts = parts.fillna(other[["day", "month", "year"]])
    year_first = parts["day"].str.len() == 4
    parts = parts.where(~year_first, parts.rename(columns={"day": "year", "year": "day"})[["day", "month", "year"]])
    return parts.assign(month=parts["month"].map(_month))


def _month(name: object) -> str | float:
    if not isinstance(name, str):
        return np.nan
    lower = name.lower()
    number = MONTHS.get(lower[:4]) or MONTHS.get(lower[:3])
    return str(number) if number else np.nan


def _month_first(parts: pd.DataFrame, text: pd.Series, place: str) -> tuple[bool, str]:
    numbers = parts[["day", "month"]].astype(float)
    day_first, month_first = bool((numbers["day"] > 12).any()), bool((numbers["month"] > 12).any())
    if day_first == month_first:
        example = str(text.loc[parts.index[parts["year"].notna()]].iloc[0])
        problem = "day and month cannot be distinguished"
        raise InputError(problem, place=place, expected=EXPECTED, got=repr(example))
    return month_first, f"dates were read as {'month/day/year' if month_first else 'day/month/year'}"


def _refuse_mangled(days: Days, last: pd.DataFrame, text: pd.Series, place: str) -> None:
    """A spreadsheet reads 03/04/2025 in its own order and leaves 13/04/2025 as text: both in one column."""
    first = ~np.isnat(days)
    other = last["year"].notna().to_numpy(dtype=bool)
    if first.sum() < 5 or other.sum() < 5:
        return
    day = days[first] - days[first].astype("datetime64[M]")
    numbers = last.loc[other, ["day", "month"]].astype(float)
    if day.astype(int).max() < 12 and bool(((numbers["day"] > 12) | (numbers["month"] > 12)).all()):
        got = f"{text[first].iloc[0]!r} and {text[other].iloc[0]!r}"
        problem = "a spreadsheet has swapped day and month in the dates that allow it"
        raise InputError(problem, place=place, expected="the export as the shop wrote it", got=got)


def _two_digits(
    parts: pd.DataFrame, orders: tuple[str, ...], text: pd.Series, place: str, today: np.datetime64
) -> tuple[Days, str]:
    """Dates with a year of two digits, in the one order of parts that they allow; InputError for several."""
    numbers = parts.astype(float).set_axis(range(3), axis=1)
    rows = numbers.notna().all(axis=1)
    fitting: dict[str, Days] = {}
    for order in orders:
        named = numbers.rename(
            columns={order.index(c): name for c, name in zip("ymd", ("year", "month", "day"), strict=True)}
        )
        year = named["year"] + 2000.0
        year = year.where(year <= today.astype("datetime64[Y]").astype(int) + 1971.0, year - 100.0)
        days = _days(named.assign(year=year))
        read = days[rows.to_numpy()]
        kept = read[~np.isnat(read)]
        if len(kept) >= 0.99 * len(read) and len(kept) and (kept.max() - kept.min()).astype(int) <= LONGEST_SHORT * 366:
            fitting[order] = days
    different = any((one != other)[rows.to_numpy()].any() for one, other in combinations(fitting.values(), 2))
    if different or not fitting:
        got = repr(str(text[rows].iloc[0]))
        problem = "the order of day, month and two-digit year cannot be seen"
        raise InputError(problem, place=place, expected=EXPECTED, got=got)
    order, days = next(iter(fitting.items()))
    names = {"d": "day", "m": "month", "y": "year"}
    return days, f"dates were read as {'/'.join(names[c] for c in order)} with two digits for the year"
