"""Messages that were sent: person, time, channel, content or campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.orders.order_rows import ReadingOptions
from calibration.records.campaign_calendar import CampaignCalendar
from calibration.records.record_columns import ALL, RecordMapping
from calibration.records.record_reader import NOON, RecordReader, RecordReport
from calibration.records.recorded_people import NOBODY, UNKNOWN, RecordedPeople
from scenarios.errors import InputError
from sim.scenario import Market
from sim.scenario.market import CONTENTS
from sim.scenario.shop_history import PastMessage

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]

IN_BOTH = 0.01
"""Share of a campaign's people who may stand in two of its arms."""
CEILING = 2 << 30
"""Bytes of the table of messages by people."""
GAP = 7
"""Days without a message before the orders end that are remarked on, if there was none so long before."""


@dataclass(frozen=True)
class Touches:
    """Messages by people. rows: person (place), day, hour, programme, campaign (name in the calendar or ""), channel,
    content, items, style. reached: campaign, person and day (days before the orders' first among them) of those whom
    a message of a campaign reached; held_out: person and campaign (programme, if none of the calendar) of those who
    were left out by lot. opened: share by channel, where the file says so."""

    rows: pd.DataFrame
    reached: pd.DataFrame
    held_out: pd.DataFrame
    opened: dict[str, float]
    report: RecordReport

    def messages(self, people: int) -> tuple[tuple[PastMessage, ...], Bools]:
        """Each distinct message, in order of day, hour and programme, and who was sent it, shape (messages, people).

        Rows of one day, programme, channel and content are one message, at the median of their hours.
        """
        key = ["day", "programme", "channel", "content", "items", "style"]
        rows = self.rows.assign(nth=self.rows.groupby([*key, "person"]).cumcount())
        hour = rows.groupby([*key, "nth"], sort=False)["hour"].transform("median")
        number, distinct = _numbered(rows.assign(hour=hour.round(9)), ["day", "hour", *key[1:], "nth"])
        if len(distinct) * people > CEILING:
            got = f"{len(distinct):,} messages to {people:,} people"
            raise InputError(place=self.report.file, expected=f"at most {CEILING >> 20:,} MiB of messages", got=got)
        sent = np.zeros((len(distinct), people), dtype=bool)
        sent[number, rows["person"].to_numpy()] = True
        messages = tuple(
            PastMessage(
                int(one["day"]), float(one["hour"]), str(one["programme"]), str(one["channel"]), one["content"],
                items=int(one["items"]), style=one["style"],
            )
            for one in distinct
        )  # fmt: skip
        return messages, sent


def _numbered(rows: pd.DataFrame, key: list[str]) -> tuple[npt.NDArray[np.int64], list[dict[str, Any]]]:
    """The place of each row's message among the distinct ones, which come in the order of the key."""
    number = np.asarray(rows.groupby(key, sort=True).ngroup().to_numpy(), dtype=np.int64)
    first = np.unique(number, return_index=True)[1]
    distinct = rows[key].iloc[first].to_dict("records")
    return number, [{str(name): value for name, value in one.items()} for one in distinct]


def read_touches(
    paths: Sequence[str | Path],
    said: RecordMapping | None,
    who: RecordedPeople,
    world: tuple[Market, CampaignCalendar | None],
    options: ReadingOptions,
) -> Touches:
    """A file of messages. world: whose channels there are, and the calendar that may say channel and content of some.

    Rows that are copies, of unknown people, not delivered, or outside the orders' days are counted and set aside.
    Raises InputError for what cannot be read, and for a channel or a content that is not known.
    """
    import pandas as pd

    market, calendar = world
    reader = RecordReader("touches", paths, said, options)
    reader.people()
    reader.days("time", who.orders.first)
    for kind in ("campaign", "programme", "arm"):
        reader.names(kind)
    for kind in ("holdout", "opened"):
        reader.flags(kind, default=False)
    reader.flags("delivered", default=True)
    _words(reader, "channel", list(market.media), calendar.channels if calendar else {})
    _words(reader, "content", list(CONTENTS), calendar.contents if calendar else {})
    reader.words("style", ("mass", "personal"), needed=False)
    reader.numbers("items")
    sieve = reader.sieve
    items = sieve.rows["items"].fillna(1.0).clip(1, 50).round().astype(np.int64)
    sieve.rows = sieve.rows.assign(items=items, style=sieve.rows["style"].replace("", "mass"))
    _take_copies(reader)
    place = who.matched(sieve.rows["person"])
    sieve.rows = sieve.rows.assign(person=place)
    sieve.take(place == NOBODY, "an id that is nobody's")
    strangers = sieve.rows["person"].to_numpy() == UNKNOWN
    sieve.take(strangers, "of people who are neither among the customers nor among the leads")
    reader.need_rows()
    rows = sieve.rows
    named = rows["campaign"].where(rows["campaign"] != "", rows["programme"])
    known = set(calendar.names) if calendar else set()
    held = rows["holdout"].to_numpy(dtype=bool)
    of_rows = rows["campaign"].where(rows["campaign"].isin(known), _programme(rows))
    held_out = pd.DataFrame({"campaign": of_rows[held], "person": rows["person"][held]}).drop_duplicates()
    _take_overlaps(reader, named, held)
    sieve.take(sieve.rows["holdout"].to_numpy(dtype=bool), "held out: no message was sent")
    sieve.take(~sieve.rows["delivered"].to_numpy(dtype=bool), "not delivered")
    reached = _reached(sieve.rows, calendar)
    sieve.take((sieve.rows["time"] < 0).to_numpy(dtype=bool), "sent before the orders' first day")
    sieve.take((sieve.rows["time"] > who.orders.days).to_numpy(dtype=bool), "sent after the orders' last day")
    reader.need_rows()
    rows = sieve.rows
    if rows["time_hour"].isna().any():
        lacking = int(rows["time_hour"].isna().sum())
        sieve.notes.append(f"{lacking:,} messages name no hour and are taken to have been sent at noon")
    _note_end(reader, who.orders.days)
    campaign = rows["campaign"].where(rows["campaign"].isin(known), "")
    opened = rows.groupby("channel")["opened"].mean() if "opened" in reader.columns else pd.Series(dtype=float)
    table = pd.DataFrame(
        {
            "person": rows["person"],
            "day": rows["time"],
            "hour": rows["time_hour"].fillna(NOON),
            "programme": ("campaigns." + campaign).where(campaign != "", _programme(rows)),
            "campaign": campaign,
            **{name: rows[name] for name in ("channel", "content", "items", "style")},
        }
    )
    return Touches(
        table, reached, held_out, {str(name): float(share) for name, share in opened.items()}, reader.report()
    )


def _programme(rows: pd.DataFrame) -> pd.Series:
    """The name of each row's programme where its campaign is not one of the calendar."""
    return rows["programme"].where(rows["programme"] != "", rows["campaign"]).replace("", "touches")


def _reached(rows: pd.DataFrame, calendar: CampaignCalendar | None) -> pd.DataFrame:
    """Campaigns of the calendar, the people whom their messages reached, and the first day on which one did."""
    named = rows["campaign"].where(rows["campaign"] != "", rows["programme"])
    table = rows.assign(campaign=named, day=rows["time"])[["campaign", "person", "day"]]
    known = table[table["campaign"].isin(calendar.names if calendar else ())]
    return known.sort_values("day", kind="stable").reset_index(drop=True)


def _words(reader: RecordReader, kind: str, known: list[str], of_campaign: Mapping[str, str]) -> None:
    """Channel or content of each row: as the row says, or as its campaign says in the calendar, or as the user says of
    all others; InputError where none does."""
    rest = dict(reader.said.words.get(kind, {}))
    unmapped = {word: meaning for word, meaning in rest.items() if word != ALL}
    campaigns = reader.sieve.rows["campaign"].map(lambda name: of_campaign.get(name, ""))
    if not of_campaign or bool((campaigns == "").all()):
        reader.words(kind, known)
        return
    said = reader.said
    reader.said = RecordMapping(said.columns, {**said.words, kind: unmapped})
    reader.words(kind, known, needed=False)
    reader.said = said
    own = reader.sieve.rows[kind]
    found = own.where(own != "", campaigns)
    if bool((found == "").any()) and ALL in rest:
        reader.words(kind, known)
        found = found.where(found != "", reader.sieve.rows[kind])
    if bool((found == "").any()):
        where = reader.table.place(int(found.index[(found == "").to_numpy(dtype=bool)][0]))
        way = f'--map "touches.{kind}:*={min(known)}"'
        raise InputError(f"a message whose {kind} nothing says", place=where, expected=f"a {kind}, or {way}")
    reader.sieve.rows = reader.sieve.rows.assign(**{kind: found})


def _take_copies(reader: RecordReader) -> None:
    """Rows that say the same of the same person at the same time count once."""
    rows = reader.sieve.rows
    same = ["person", "time", "time_hour", "campaign", "programme", "channel", "content", "holdout"]
    reader.sieve.take(rows.duplicated(same).to_numpy(dtype=bool), "a copy of an earlier row")


def _take_overlaps(reader: RecordReader, named: pd.Series, held: Bools) -> None:
    """People who stand in two arms of one campaign are set aside from it; InputError where they are many."""
    sieve = reader.sieve
    arm = sieve.rows["arm"].where(~held, "held out")
    table = sieve.rows.assign(named=named, side=arm)
    if not held.any() and bool((table["arm"] == "").all()):
        return
    sides = table.groupby(["named", "person"])["side"].transform("nunique").to_numpy()
    both = sides > 1
    if not both.any():
        return
    people = table.groupby("named")["person"].nunique()
    twice = table[both].groupby("named")["person"].nunique()
    share = (twice / people.reindex(twice.index)).max()
    if share > IN_BOTH:
        name = str((twice / people.reindex(twice.index)).idxmax())
        got = f"{int(twice[name]):,} of {int(people[name]):,} people of {name or 'the file'}"
        place = sieve.source.place(int(sieve.rows.index[both][0]))
        raise InputError("arms that overlap", place=place, expected="each person in one arm of a campaign", got=got)
    sieve.take(both, "of people who stand in two arms of one campaign")


def _note_end(reader: RecordReader, end: int) -> None:
    """Remark on messages that end long before the orders do: then nothing is known of the rest."""
    days = np.unique(reader.sieve.rows["time"].to_numpy())
    silent = end - int(days[-1])
    longest = int(np.diff(days).max(initial=0))
    if silent > max(longest, GAP):
        reader.sieve.notes.append(
            f"the last message was sent {silent} days before the orders end, and never so long was none sent before: "
            "if the file ends early, read the orders to its end (--until DATE)"
        )
