"""`make demo`: a first verdict as soon as can be, then a shop with known parameters, from its orders to two verdicts.

The first question is small and needs no orders. Then the simulator runs 18 months of a shop with known parameters, and
only its orders go to the next step. All is done by the `rehearse` commands that are printed. They work in the folder
`demo` and can be repeated there.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question

FOLDER = Path("demo")

FIRST = """\
# A first question, small enough to be answered at once: one quarter of a shop with 5,000 contacts and large baskets.
extends  = "shop/shop.toml"
name     = "First question"
question = "Which desk earns its wages?"

[market]
start_with = 5000

[market.spend]
mean = "680 CNY"

[market.need]
order_rate.mean = "4 per 365 d"

[market.service]
questions_per_purchase = "32 %"     # counted at its desk: people ask before they spend so much
questions_per_touch    = "1 %"

[market.sources.store_orders]
exposures = "40 per d"

[strategy.service]
agents = 1
hours  = "09:00-21:00"

[variants.noon]
strategy.service.hours = "11:00-13:00"

[variants.day]

[variants.pair]
strategy.service.agents = 2

[compare]
also       = ["orders", "lost_purchase_share", "reply_time", "desk_utilisation", "wages"]
confidence = "80 %"     # a first look: ten plausible markets cannot say more

[run]
horizon      = "90 d"
cool_down    = "0 d"
draws        = 10
replications = 2
"""

PRIOR = """\
# The prior, before any orders are read: a strong brand, and facts of this shop.
extends = "library:strong_brand"

[market]
start_with = { value = 0, source = "the customers of the order file are used" }

[market.sources.store_orders]
exposures = { value = "10 per d", source = "the shop counts them" }
"""

TRUTH = """\
# The known parameters. Orders come from need alone, so that the fit should find exactly these numbers.
name = "Eighteen months of orders"

[market]
from = "prior.toml"

[market.need]
order_rate   = { mean = "5 per 365 d", shape = 1.1 }
dropout_rate = { mean = "0.8 per 365 d", shape = 0.9 }
regularity   = 1.6
week_shock   = 0.1
season       = { weekday = [0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.2] }

[market.spend]
mean = "88 CNY"
p    = 5.0
q    = 3.5

[market.trust]
order_effect = "0 log"
leave_effect = "0 log"

[market.optout]
background = "0 per 365 d"
first_day  = "0 %"

[market.service]
problems_per_order = "0 %"

[strategy.acquisition.store_orders]

[strategy.service]
unlimited = true

[run]
start   = 2024-07-01
horizon = "549 d"
"""


def main() -> None:
    """Answer a first question; simulate orders, calibrate, compare the arms of two more; print where reports are."""
    started = time.perf_counter()
    if (FOLDER / "truth.toml").exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(exist_ok=True)
    for name, text in (("first", FIRST), ("prior", PRIOR), ("truth", TRUTH)):
        (FOLDER / f"{name}.toml").write_text(text, encoding="utf-8")

    say("1. A first question on the starter's shop, before any orders are read")
    run("new shop")
    run("compare first.toml --replications auto --precision '50000 CNY' --no-assumptions --out out/first")
    print(f"({time.perf_counter() - started:.0f} s so far)")

    say("2. A shop with known parameters sells for 18 months")
    run("run truth.toml --draws 1 --replications 1 --events --no-assumptions --out truth", quiet=True)
    question = known_question()
    orders = export_orders(question)
    print(f"{len(orders):,} orders of {orders['customer_id'].nunique():,} customers are in demo/orders.csv")

    say("3. A market is fitted on the orders, and on what the shop did in these months: it sent and offered nothing")
    run("calibrate orders.csv --market prior.toml --history truth.toml --holdout 13w --out fitted")
    show_truth(question)

    say("4. The arms of two questions are simulated on the shop's own customers")
    for ask in ("desk", "cadence"):
        run(f"compare shop/{ask}.toml --market fitted/market.toml --draws 10 --out out/{ask}")

    say(f"Done in {time.perf_counter() - started:.0f} s. Open the reports in a browser:")
    for name in ("first", "desk", "cadence"):
        print(f"{FOLDER}/out/{name}/report.html\n    {verdict(FOLDER / 'out' / name)}")


def say(line: str) -> None:
    """A heading."""
    print(f"\n{line}", flush=True)


def run(line: str, *, quiet: bool = False) -> None:
    """Print a command and run it in the demo's folder; the first that fails ends the demo."""
    print(f"\n$ rehearse {line}", flush=True)
    command = [sys.executable, "-m", "rehearse", *shlex.split(line)]
    done = subprocess.run(command, cwd=FOLDER, stdout=subprocess.DEVNULL if quiet else None, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def known_question() -> Question:
    """The scenario with the known parameters."""
    from scenarios import load

    return load(FOLDER / "truth.toml")


def export_orders(question: Question) -> pd.DataFrame:
    """An order export as of a shop's system: customer, day and amount; written to orders.csv."""
    import pandas as pd

    from sim.stages import Event

    log = pd.read_parquet(FOLDER / "truth" / "events.parquet")
    log = log[log["kind"].isin([Event.FIRST_ORDER, Event.ORDER])]
    start = pd.Timestamp(question.arms["base"].run.start)
    columns = {
        "customer_id": log["person"].map("C{:016X}".format),
        "order_date": (start + pd.to_timedelta(log["day"], unit="D")).dt.strftime("%Y-%m-%d"),
        "amount": log["cents"] / 100,
    }
    orders = pd.DataFrame(columns)
    orders.to_csv(FOLDER / "orders.csv", index=False)
    return orders


def show_truth(question: Question) -> None:
    """The known parameters beside the fitted ones and their 90 % intervals."""
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from scenarios import get
    from scenarios.values.paths import market_shapes
    from scenarios.values.quantities import format_number

    truth = question.arms["base"]
    shapes, currency = market_shapes(truth.market), truth.market.money.currency
    table = Table("parameter recovery", "truth", "fit", "90 % interval", "contains the truth")
    draws = pd.read_parquet(FOLDER / "fitted" / "posterior.parquet")
    contained, compared = 0, 0
    for path in draws.columns:
        value, unit = float(get(truth, path)), shapes[path].unit
        low, middle, high = draws[path].quantile([0.05, 0.5, 0.95])
        inside = low <= value <= high
        edge = value == 0.0 and draws[path].min() > 0.0  # of a spread, 0 is in no interval
        contained, compared = contained + inside, compared + (not edge)
        if unit:
            cells = [str(format_number(v, unit, currency, 3)) for v in (value, middle, low, high)]
            table.add_row(path, *cells[:2], f"{cells[2]} to {cells[3]}", "yes" if inside else "edge" if edge else "no")
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    print(f"{contained} of {compared} intervals of 90 % contain the truth")


def verdict(folder: Path) -> str:
    """One line from a stored comparison."""
    answer = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    begins = answer["reason"].find(f"{answer['kind']}: ")  # what every arm loses may stand before it
    said = answer["reason"][max(begins, 0) :]
    first, name = said.split(". ")[0].rstrip(".") + ".", answer["verdict"]
    return f"Choose {name}: {first}" if name is not None else first[0].upper() + first[1:]


if __name__ == "__main__":
    main()
