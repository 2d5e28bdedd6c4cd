"""A ledger as a byte string, and back: all that KPIs are computed from, beside what a run's record holds in clear."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from experiments.execution.packed_arrays import Ints, pack, pack_text, unpack, unpack_text
from experiments.execution.store import RunRecord

if TYPE_CHECKING:
    from sim.output.ledger import Ledger
    from sim.output.watch import Watch

_PLAIN = ("days", "window", "daily_discount_rate", "answer_within", "start_contacts", "live_days")
_DAY, _KIND = 40, 32
"""Bits below the day and below the kind of a ticket; its seconds are the lowest."""


def pack_ledger(ledger: Ledger, without: Collection[str]) -> bytes:
    """The ledger without the accounts `without`, which the record holds itself. Tickets of one day and kind come back
    in order of seconds."""
    accounts = [name for name in ledger.series if name not in without]
    head = {name: getattr(ledger, name) for name in _PLAIN} | {
        "start": ledger.start.isoformat(),
        "accounts": accounts,
        "own": ledger.own,
        "watched": [
            {name: count for name, count in vars(one).items() if isinstance(count, int)} for one in ledger.watched
        ],
    }
    tickets = (ledger.tickets["day"] << _DAY) + (ledger.tickets["kind"] << _KIND) + ledger.tickets["seconds"]
    file = io.BytesIO()
    np.savez(
        file,
        head=pack_text(json.dumps(head)),
        series=pack(np.array([ledger.series[name] for name in accounts], dtype=np.int64)),
        tickets=pack(np.diff(np.sort(tickets), prepend=0).astype(np.int64)),
    )
    return file.getvalue()


def unpack_ledger(record: RunRecord, watches: Sequence[Watch]) -> Ledger:
    """The ledger of a stored run, in which these groups were watched."""
    from sim.output.ledger import Ledger
    from sim.output.retrospective import CampaignCurve, Retrospective
    from sim.output.watch import Watched

    with np.load(io.BytesIO(record.ledger), allow_pickle=False) as parts:
        head = json.loads(unpack_text(parts["head"]))
        accounts, counts = head.pop("accounts"), head.pop("watched")
        series, tickets = unpack(parts["series"], len(accounts)), unpack(parts["tickets"], 1)[0]
    head |= {"start": date.fromisoformat(head["start"]), "window": tuple(head["window"])}
    ledger = Ledger(fingerprint=record.fingerprint, seconds=record.seconds, sent=record.sent or {}, **head)
    ledger.series |= {name: days for name, days in record.series.items() if name in ledger.series}
    ledger.series |= dict(zip(accounts, series, strict=True))
    ledger.tickets = _tickets(np.cumsum(tickets))
    ledger.watched = [Watched(watch, **one) for watch, one in zip(watches, counts, strict=True)]
    ledger.retrospectives = [Retrospective(**one) for one in record.campaigns]
    ledger.curves = [CampaignCurve(**one) for one in record.curves]
    return ledger


def _tickets(tickets: Ints) -> dict[str, Ints]:
    return {
        "day": tickets >> _DAY,
        "kind": (tickets >> _KIND) & ((1 << _DAY - _KIND) - 1),
        "seconds": tickets & ((1 << _KIND) - 1),
    }
