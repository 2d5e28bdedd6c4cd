"""What returns, fees and commission leave of what is paid: the curves of decision 39.

    python -m benchmarks.return_curve

The library's shop with 2,000 customers and one agent, one run of its medians for each value.
"""

from __future__ import annotations

from dataclasses import replace

from scenarios import load
from sim import run
from sim.output.measures import measure
from sim.scenario import Scenario

SHARES = (0.0, 0.02, 0.08, 0.25, 0.5, 1.0)


def shop() -> Scenario:
    """The library's shop with 2,000 customers and one agent, at its medians."""
    (plain, *_) = load("library:shop").arms.values()
    strategy = replace(plain.strategy, service=replace(plain.strategy.service, agents=1))
    return replace(plain, market=replace(plain.market, start_with=2_000), strategy=strategy)


def with_returns(share: float) -> Scenario:
    """The shop with this share of returns."""
    plain = shop()
    return replace(plain, market=replace(plain.market, returns=replace(plain.market.returns, share=share)))


def with_fee(share: float) -> Scenario:
    """The shop with this fee of the platform."""
    plain = shop()
    return replace(plain, market=replace(plain.market, money=replace(plain.market.money, platform_fee=share)))


def with_commission(share: float) -> Scenario:
    """The shop with this commission on each of its campaigns."""
    plain = shop()
    campaigns = {name: replace(one, commission=share) for name, one in plain.strategy.campaigns.items()}
    return replace(plain, strategy=replace(plain.strategy, campaigns=campaigns))


def main() -> None:
    """Print the table."""
    print("| | " + " | ".join(f"{100 * share:g} %" for share in SHARES) + " |")
    print("|---" * (len(SHARES) + 1) + "|")
    for name, make in (("returns", with_returns), ("platform fee", with_fee), ("commission", with_commission)):
        left = [measure(run(make(share)), "contribution_share").value for share in SHARES]
        print(f"| {name} | " + " | ".join(f"{100 * value:.1f} %" for value in left) + " |")


if __name__ == "__main__":
    main()
