"""One file of records, read column by column: people, days with hours, words, numbers, money, yes and no."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import SetAside, read_order_table
from calibration.order_files.profiles import fold_state
from calibration.orders.amounts import check_currency, read_amounts
from calibration.orders.cells import blank_in, distinct, text_of
from calibration.orders.clock_times import COMPACT_ZONE, zone_of
from calibration.orders.columns import NO, YES, flag_word
from calibration.orders.order_dates import read_dates
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.sieve import Sieve
from calibration.records.record_columns import ALL, KINDS, RecordMapping, find_record_columns, listed
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NO_DAY = np.iinfo(np.int64).min
"""In the place of a day where a cell says none."""
NOON = 0.5
"""Time of day where a file names none, as a fraction of the day."""
CLOCK = r"(?<!\d)(\d{1,2})[:时點点時시]\s*(\d{1,2})?(?:[:分]\s*(\d{1,2}))?[^\d]*?([AaPp])?\.?[Mm]?"


@dataclass(frozen=True)
class RecordReport:
    """How a file of records was read. rows: of the file. columns: kind of value to header."""

    what: str
    file: str
    rows: int
    columns: dict[str, str]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


class RecordReader:
    """Reads the columns of one kind of records, from one or several files; each becomes a column of `sieve.rows`."""

    def __init__(
        self, what: str, paths: Sequence[str | Path], said: RecordMapping | None, options: ReadingOptions
    ) -> None:
        self.what, self.said, self.options = what, said or RecordMapping(), options
        known = [name for names in KINDS[what].values() for name in names]
        self.table = read_order_table(paths, [*known, *self.said.columns.values()], options.encoding)
        self.columns = find_record_columns(what, self.table.cells.columns, self.said, self.table.name)
        if self.table.cells.empty:
            raise InputError(
                place=f"{self.table.name}: row 2", expected="at least one row after the header", got="none"
            )
        self.sieve = Sieve(self.table)
        self.used: dict[str, str] = {}

    def has(self, kind: str) -> bool:
        """Whether a column holds this, or the user has said what all rows hold."""
        return kind in self.columns or kind in self.said.words

    def cells(self, kind: str) -> pd.Series:
        """The cells of a kind of value in the rows in use; InputError where no column holds it."""
        if kind not in self.columns:
            raise InputError(
                f"no column holds the {kind}",
                place=f"{self.table.name}: row 1",
                expected=f"--map {self.what}.{kind}=COLUMN, or a name such as {', '.join(KINDS[self.what][kind][:3])}",
                got=f"the columns {listed(map(str, self.table.cells.columns))}",
            )
        self.used[kind] = self.columns[kind]
        return self.sieve.cells(self.columns[kind])

    def place(self, kind: str) -> str:
        """A column as messages name it."""
        return f"{self.table.name}: column {self.columns[kind]}"

    def people(self) -> None:
        """Give the rows `person`, the id as text; those without one are set aside."""
        text = text_of(self.cells("person"))
        blank = blank_in(text)
        self.sieve.rows = self.sieve.rows.assign(person=text.to_numpy(dtype=object))
        self.sieve.take(blank, "no person")
        self.need_rows()

    def days(self, kind: str, first: date, needed: bool = True) -> None:
        """Give the rows a day since `first` (NO_DAY for a blank cell) and, as `KIND_hour`, the time of day (NaN: none).

        needed: rows without a day are set aside. Raises InputError where more than 1 % of the cells cannot be read.
        """
        cells = self.cells(kind)
        text = text_of(cells)
        blank = blank_in(text)
        zone, today = zone_of(self.options.time_zone), np.datetime64(self.options.today or date.today())
        day = np.full(len(cells), NO_DAY)
        hour = np.full(len(cells), np.nan)
        nothing = blank.copy()
        if not blank.all():
            found = read_dates(cells[~blank], self.place(kind), today, zone)
            self.sieve.notes += [f"{self.columns[kind]}: {note}" for note in found.notes]
            days = found.day.astype("datetime64[D]")
            known = ~np.isnat(days)
            nothing[~blank] |= found.nothing
            since = (days[known] - np.datetime64(first)).astype(np.int64)
            day[np.flatnonzero(~blank)[known]] = since
            hour[~blank] = _hours(cells[~blank], text[~blank], self.options.time_zone)
        bad = (day == NO_DAY) & ~nothing
        self.sieve.rows = self.sieve.rows.assign(**{kind: day, f"{kind}_hour": hour})
        if bad.any():
            self.sieve.take_unreadable(bad, kind, self.columns[kind], "2026-01-31")
        if needed:
            self.sieve.take((self.sieve.rows[kind] == NO_DAY).to_numpy(dtype=bool), f"no {kind}")
            self.need_rows()

    def words(self, kind: str, known: Collection[str], needed: bool = True) -> None:
        """Give the rows a word of `known`: as written, or as the user has mapped it; "" where nothing is said.

        Raises InputError for a word that is neither, and where `needed` also where nothing is said.
        """
        mapped, plain = self._meanings(kind, known), {fold_state(word): word for word in known}
        rest = mapped.get(ALL, "")
        if kind not in self.columns:
            found = np.full(len(self.sieve.rows), rest, dtype=object)
            if needed and not rest:
                raise self._unsaid(kind, known, "no such column")
        else:
            codes, text = distinct(self.cells(kind))
            blank = blank_in(text)
            meaning = []
            for word, nothing in zip(map(str, text), blank, strict=True):
                folded = fold_state(word)
                one = mapped.get(folded) or ("" if nothing else plain.get(folded, "")) or rest
                if not one and not nothing:
                    raise self._unsaid(kind, known, repr(word[:40]), word)
                if not one and needed:
                    raise self._unsaid(kind, known, "blank cells")
                meaning.append(one)
            found = np.array(meaning, dtype=object)[codes] if meaning else np.zeros(0, dtype=object)
        self.sieve.rows = self.sieve.rows.assign(**{kind: found})

    def names(self, kind: str) -> None:
        """Give the rows a name as it is written, "" where the cell is blank or no column holds it."""
        text = text_of(self.cells(kind)) if kind in self.columns else None
        found = np.full(len(self.sieve.rows), "", dtype=object)
        if text is not None:
            found = np.where(blank_in(text), "", text.str.strip().str.removesuffix(".0").to_numpy(dtype=object))
        self.sieve.rows = self.sieve.rows.assign(**{kind: found})

    def flags(self, kind: str, default: bool) -> None:
        """Give the rows yes or no, `default` where the cell is blank or no column holds it."""
        found = np.full(len(self.sieve.rows), default)
        if kind in self.columns:
            mapped = self._meanings(kind, ("yes", "no"))
            codes, text = distinct(self.cells(kind))
            senses = []
            for word in map(str, text):
                plain = mapped.get(fold_state(word)) or flag_word(word) or mapped.get(ALL, "")
                if plain and plain not in (*YES, *NO):
                    raise self._unsaid(kind, ("yes", "no"), repr(word[:40]), word)
                senses.append(plain in YES if plain else default)
            found = np.array(senses, dtype=bool)[codes] if senses else found
        self.sieve.rows = self.sieve.rows.assign(**{kind: found})

    def numbers(self, kind: str, currency: str | None = None) -> None:
        """Give the rows a number, a share where written in percent; money, in cents, where a currency is given.

        NaN where the cell is blank or no column holds it. Raises InputError for other text, and another currency.
        """
        found = np.full(len(self.sieve.rows), np.nan)
        if kind in self.columns:
            cells = self.cells(kind)
            text = text_of(cells)
            percent = text.str.endswith("%").to_numpy(dtype=bool)
            plain = cells if not percent.any() else text.str.removesuffix("%")
            found, sign = read_amounts(plain, self.place(kind))
            if currency is not None:
                check_currency(sign, currency, self.place(kind))
            found = np.where(percent, found / 100.0, found * (100.0 if currency is not None else 1.0))
            bad = np.isnan(found) & ~blank_in(text)
            if bad.any():
                at = int(np.flatnonzero(bad)[0])
                row = int(self.table.row_of[self.sieve.rows.index[at]])
                got = repr(str(text.iloc[at])[:40])
                raise InputError(place=f"{self.place(kind)}: row {row}", expected="a number such as 20", got=got)
        self.sieve.rows = self.sieve.rows.assign(**{kind: found})

    def need_rows(self) -> None:
        """InputError where no row is left."""
        if not len(self.sieve.rows):
            reasons = "; ".join(f"{one.reason} ({one.rows} rows)" for one in self.sieve.taken[-3:])
            raise InputError("no row is left", place=self.table.name, expected=f"some {self.what}", got=reasons)

    def report(self) -> RecordReport:
        """How the file was read."""
        sieve = self.sieve
        return RecordReport(
            self.what,
            self.table.name,
            self.table.rows,
            self.used,
            tuple(sieve.taken),
            tuple(dict.fromkeys(sieve.notes)),
        )

    def _meanings(self, kind: str, known: Collection[str]) -> dict[str, str]:
        """What the user has said of words, each of them one of `known`."""
        found = {}
        for word, meaning in self.said.words.get(kind, {}).items():
            one = next((word for word in known if fold_state(word) == fold_state(meaning)), None)
            if one is None:
                place = f"--map {self.what}.{kind}:{word}={meaning}"
                raise InputError(place=place, expected=f"one of {', '.join(sorted(known))}", got=repr(meaning))
            found[word] = one
        return found

    def _unsaid(self, kind: str, known: Collection[str], got: str, word: str = ALL) -> InputError:
        place = self.place(kind) if kind in self.columns else f"{self.table.name}: row 1"
        way = f'--map "{self.what}.{kind}:{word[:40]}={min(known, default="NAME")}"'
        expected = f"{kind}: one of {', '.join(sorted(known))}, or {way}"
        return InputError(place=place, expected=expected, got=got)


def _hours(cells: pd.Series, text: pd.Series, time_zone: str | None) -> Floats:
    """Time of day of stamps, as a fraction; NaN where they have none. Where they name a zone, in `time_zone`."""
    import pandas as pd

    zone = zone_of(time_zone)
    if pd.api.types.is_datetime64_any_dtype(cells):
        local = cells.dt.tz_convert(zone) if zone is not None and cells.dt.tz is not None else cells
        found = (local.dt.hour * 3600 + local.dt.minute * 60 + local.dt.second).to_numpy(float) / 86400.0
        return _of_day(found)
    parts = text.str.extract(CLOCK)
    hour, minute, second = (parts[n].astype(float) for n in range(3))
    half = parts[3].str.lower()
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "p"))
    found = ((hour + minute.fillna(0.0) / 60.0 + second.fillna(0.0) / 3600.0) / 24.0).to_numpy(float)
    if zone is not None:
        zoned = text.str.replace(COMPACT_ZONE, r" \1:\2:\3\4", regex=True)
        zoned = zoned.where(zoned.str.contains(r"\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$", regex=True))
        stamps = pd.to_datetime(zoned, utc=True, errors="coerce", format="mixed").dt.tz_convert(zone)
        known = stamps.notna().to_numpy(dtype=bool)
        local = (stamps.dt.hour * 3600 + stamps.dt.minute * 60 + stamps.dt.second).to_numpy(float) / 86400.0
        found = np.where(known, local, found)
    return _of_day(found)


def _of_day(found: Floats) -> Floats:
    """Times of day that are some; a column of midnights names none."""
    some = np.where((found >= 0.0) & (found < 1.0), found, np.nan)
    return some if np.nansum(some) > 0.0 else np.full(some.size, np.nan)
