"""The profit statement of an arm: from list value to contribution, line by line, means over its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.runs.results import Results


@dataclass(frozen=True)
class Line:
    """A line of the statement: its label, the daily accounts that it adds and takes, whether it is a sum of lines
    above it, and whether it is the change of a liability, which is no part of the contribution."""

    name: str
    label: str
    takes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    is_sum: bool = False
    owed: bool = False


LINES = (
    Line("list_value", "Sales at list price", adds=("list_value",)),
    Line("discounts", "Discounts", ("discount",)),
    Line("paid", "Paid", adds=("paid",), is_sum=True),
    Line("returns", "Returns", ("returned",)),
    Line("refunds", "Refunds, compensation and chargebacks", ("refunded", "compensation", "charged_back")),
    Line("goods", "Cost of goods, less what can be sold again", ("goods",), ("goods_back",)),
    Line("packaging", "Packaging", ("packaging",)),
    Line("freight", "Freight", ("parcel_cost",)),
    Line("freight_back", "Freight back", ("freight_back",)),
    Line("payment_fees", "Payment fees, and those of chargebacks", ("payment_fees", "chargeback_fees")),
    Line("platform_fees", "Platform fees", ("platform_fees",)),
    Line("commission", "Commission", ("commission",)),
    Line("gifts", "Gifts", ("gifts",)),
    Line("messages", "Messages", ("message_cost",)),
    Line("content", "Making content", ("content_cost",)),
    Line("acquisition", "Acquisition", ("acquisition_cost",)),
    Line("staff", "Wages", ("wages",)),
    Line("seats", "Seats and training", ("seats",)),
    Line("software", "Software", ("software",)),
    Line("bot", "Bot", ("bot_cost",)),
    Line("contribution", "Contribution", adds=("contribution",), is_sum=True),
)


@dataclass(frozen=True)
class Statement:
    """Cents by name of line, costs below zero, means over the runs that every arm finished; nan without such runs.

    `own` are the lines of accounts of mechanisms added in Python: income and costs before the contribution, and behind
    it what came to be owed, which is no part of it.
    """

    cents: Mapping[str, float]
    own: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        before = tuple(line for line in self.own if not line.owed)
        return (*LINES[:-1], *before, LINES[-1], *(line for line in self.own if line.owed))

    def share(self, line: str) -> float:
        """A line as a share of list value; nan where nothing is sold."""
        listed = self.cents["list_value"]
        return self.cents[line] / listed if listed else float("nan")

    @property
    def margin(self) -> float:
        """Contribution as a share of what is paid; nan where nothing is."""
        return self.cents["contribution"] / self.cents["paid"] if self.cents["paid"] else float("nan")

    def to_json(self) -> list[dict[str, Any]]:
        """The lines in order: name, cents, share of list value."""
        return [
            {"line": line.name, "cents": self.cents[line.name], "share_of_list_value": self.share(line.name)}
            for line in self.lines
        ]


def profit_statements(results: Results, arms: Sequence[str], span: tuple[int, int]) -> dict[str, Statement]:
    """The statement of each arm over the days of `span`, from its first to before its second."""
    own = own_lines(results)
    accounts = sorted({account for line in (*LINES, *own) for account in (*line.takes, *line.adds)})
    rows = results.series[results.series["day"].between(span[0], span[1] - 1)]
    totals = rows.groupby(["variant", "draw", "replication"])[accounts].sum()
    finished = [totals[totals.index.get_level_values("variant") == arm].droplevel("variant") for arm in arms]
    shared = finished[0].index
    for table in finished[1:]:
        shared = shared.intersection(table.index)
    means = (table.loc[shared].mean().to_dict() for table in finished)
    return {
        arm: Statement({line.name: _cents(line, mean) for line in (*LINES, *own)}, own)
        for arm, mean in zip(arms, means, strict=True)
    }


def own_lines(results: Results) -> tuple[Line, ...]:
    """A line for each account of the mechanisms of these runs, which all arms share."""
    added = results.planned[0].scenario.mechanisms if results.planned else {}
    lines = []
    for name, mechanism in sorted(added.items()):
        for account, kind in mechanism.accounts.items():
            place = mechanism.account(account)
            if kind == "liability":
                label = f"Change of a liability, not in it: {account} ({name})"
                lines.append(Line(place, label, adds=(place,), owed=True))
            elif kind == "income":
                lines.append(Line(place, f"{account} ({name})", adds=(place,)))
            else:
                lines.append(Line(place, f"{account} ({name})", (place,)))
    return tuple(lines)


def _cents(line: Line, mean: Mapping[Any, float]) -> float:
    return float(sum(mean[name] for name in line.adds) - sum(mean[name] for name in line.takes))
