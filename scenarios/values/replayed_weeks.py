"""What came out when a shop's last weeks were simulated again: kept in its market, repeated by every verdict on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from sim import units as u

Total = u.Number.within(0.0, 1e15)


@dataclass(frozen=True)
class ReplayedWeeks:
    """Order-days of known customers in weeks that the fit did not see: what happened, and what the engine gives.

    The engine starts at the day `first` with the market fitted on the days before it, under the strategy that the shop
    had. actual, predicted (mean), p5 and p95 of each week have the shape (weeks,). ratio: predicted over actual, of the
    whole; low and high: the same of the 5 and 95 % points. calibrated: whether that is near enough to one.
    """

    first: date
    """First day that was simulated again."""
    ratio: Annotated[float, Total]
    """Order-days predicted over those that came, of all weeks together."""
    low: Annotated[float, Total]
    """That ratio at the 5 % point of the replays."""
    high: Annotated[float, Total]
    """That ratio at the 95 % point of the replays."""
    calibrated: bool
    """Whether the ratio is as near to one as chance and what is not known explain."""
    actual: tuple[Annotated[float, Total], ...]
    """Order-days of known customers that came, by week."""
    predicted: tuple[Annotated[float, Total], ...]
    """Mean of the order-days that the replays gave, by week."""
    p5: tuple[Annotated[float, Total], ...]
    """5 % point of the order-days that the replays gave, by week."""
    p95: tuple[Annotated[float, Total], ...]
    """95 % point of the order-days that the replays gave, by week."""

    @property
    def text(self) -> str:
        """What came out, in one sentence without a full stop."""
        weeks = len(self.actual)
        last = f"the last {weeks} weeks" if weeks > 1 else "the last week"
        return (
            f"replayed, {last} came out at {self.ratio:.2f} of what happened (90 % of replays: {self.low:.2f} to "
            f"{self.high:.2f})"
        )

    @property
    def doubt(self) -> str:
        """Why no arm can be named on this market; empty where it is calibrated."""
        if self.calibrated:
            return ""
        return f"not calibrated: {self.text}, which is further from 1 than chance and what is not known explain"

    def to_table(self) -> dict[str, Any]:
        """As a table of a market file."""
        table = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in table.items()}
