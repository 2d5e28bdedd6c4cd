"""The event log of one run as files: a Parquet table each, whose rows name one another."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.output.result_files import replaced

if TYPE_CHECKING:
    import pandas as pd

    from sim.output.event_tables import EventTables, Table

FOLDER = "event-log"


def event_frames(tables: EventTables) -> dict[str, pd.DataFrame]:
    """The tables by name, with numbers of messages and tickets; see docs/event-log.md."""
    frames = {one.name: _frame(getattr(tables, one.name)) for one in fields(tables)}
    people, messages, tickets = frames["people"], frames["messages"], frames["tickets"]
    messages.insert(1, "message", messages.groupby("person").cumcount() + 1)
    tickets.insert(0, "ticket", range(1, len(tickets) + 1))
    frames["orders"] = _with_message(_with_ticket(frames["orders"], tickets), messages)
    complaints = tickets[tickets["kind"] == "complaint"]
    ends = complaints[["person", "ended", "ticket"]].rename(columns={"ended": "instant"})
    frames["money_back"] = frames["money_back"].merge(ends, how="left", on=["person", "instant"])
    frames["money_back"]["ticket"] = frames["money_back"]["ticket"].fillna(0).astype("int64")
    assert not people["person"].duplicated().any()
    return frames


def _with_ticket(orders: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """`ticket` is the question that the person asked before buying, 0 for none."""
    asked = tickets[(tickets["kind"] == "pre_sale") & (tickets["order"] > 0)].sort_values("opened")
    asked = asked.drop_duplicates(["person", "order"], keep="last")[["person", "order", "ticket"]]
    found = orders.merge(asked.rename(columns={"order": "number"}), how="left", on=["person", "number"])
    found["ticket"] = found["ticket"].fillna(0).astype("int64")
    return found


def _with_message(orders: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    """`message` and `programme` are those of the last message that had reached the person, 0 and "" for none."""
    import pandas as pd

    sent = messages[["person", "instant", "message", "programme"]].sort_values("instant", kind="stable")
    last = pd.merge_asof(orders.sort_values("instant", kind="stable"), sent, on="instant", by="person")
    last["message"] = last["message"].fillna(0).astype("int64")
    programme = last["programme"]
    named = programme if "" in programme.cat.categories else programme.cat.add_categories([""])
    last["programme"] = named.fillna("")
    return last


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    from sim.output.event_tables import Named

    def column(values: Any) -> Any:
        return (
            pd.Categorical.from_codes(values.places, pd.Index(values.names, dtype=object))
            if isinstance(values, Named)
            else values
        )

    return pd.DataFrame({name: column(values) for name, values in table.items()})


def write_event_log(out: Path, tables: EventTables) -> None:
    """event-log/*.parquet in a result folder."""
    for name, frame in event_frames(tables).items():
        replaced(out / FOLDER / f"{name}.parquet", partial(frame.to_parquet, index=False))
