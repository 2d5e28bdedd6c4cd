"""In how many plausible markets something holds, in words; where there is one market only, they say so."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.output.format_values import format_chance, format_count


@dataclass(frozen=True)
class MarketWords:
    """Of which markets runs are: so many draws, of several plausible markets or all of one."""

    draws: int
    one: bool

    @property
    def number(self) -> str:
        """How many there are."""
        if not self.one:
            return f"{self.draws:,} plausible markets"
        return "one market" if self.draws == 1 else f"one market, drawn {format_count(self.draws, 'time')}"

    @property
    def several(self) -> str:
        """What draws are called."""
        return "draws of one market" if self.one else "plausible markets"

    @property
    def short(self) -> str:
        """The same for the head of a column."""
        return "draws" if self.one else "markets"

    def share(self, share: float, *, only: bool = False) -> str:
        """In what share of them something holds, perhaps in `only` that share; of a single draw, how likely it is."""
        start = f"in {'only ' if only else ''}{format_chance(share)} of"
        if not self.one:
            return f"{start} plausible markets"
        if self.draws > 1:
            return f"{start} the draws, which are all of one market"
        return f"with a chance of {format_chance(share)} in the one market that was simulated"
