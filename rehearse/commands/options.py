"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="A scenario file.", show_default=False)]
Market = Annotated[
    str | None,
    typer.Option("--market", help="Market file, instead of the one that the scenario names.", show_default=False),
]
Draws = Annotated[
    int | None, typer.Option("--draws", min=1, help="Plausible markets; 1: the median market.", show_default=False)
]
Replications = Annotated[
    int | None, typer.Option("--replications", min=1, help="Replications per market.", show_default=False)
]
Enough = Annotated[
    str | None,
    typer.Option(
        "--replications",
        metavar="N|auto",
        help="Replications per market; auto: more runs until --precision is reached.",
        show_default=False,
    ),
]
Precision = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="X",
        help="With auto: largest half-width of an interval, as '5000 CNY'.",
        show_default=False,
    ),
]
Most = Annotated[
    int | None,
    typer.Option(
        "--most",
        min=2,
        help="With auto: highest number of draws; by default 100 times the first number.",
        show_default=False,
    ),
]
MostDraws = Annotated[
    int | None,
    typer.Option(
        "--most-draws",
        min=1,
        help="Run more draws, up to this number, where fewer cannot name an arm; by default 100 where neither --draws "
        "nor a file of your own states draws, else none.",
        show_default=False,
    ),
]
Python = Annotated[
    list[Path] | None,
    typer.Option(
        "--python",
        metavar="FILE",
        help="Python file with KPIs, discount formats or mechanisms of your own, whose code is run; may be repeated.",
        show_default=False,
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Random seed.", show_default=False)]
Money = Annotated[bool, typer.Option("--money", help="Show the profit statement of each arm.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Number of processes; by default one per core.", show_default=False)
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the report and the tables.", show_default=False)]
Json = Annotated[
    str | None,
    typer.Option("--json", help="File for the machine-readable answer; - prints it.", show_default=False),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Address of a Dask scheduler, instead of --jobs.", show_default=False),
]
Kept = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of finished runs; by default .runs beside --out.", show_default=False),
]
OrderFiles = Annotated[
    list[Path],
    typer.Argument(help="Order files: CSV, TSV, xlsx, ods or Parquet, also in gzip or zip.", show_default=False),
]
OptionalOrderFiles = Annotated[
    list[Path] | None,
    typer.Argument(help="Order files: CSV, TSV, xlsx, ods or Parquet, also in gzip or zip.", show_default=False),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", help="Export format, such as shopify or taobao; by default by the header.", show_default=False
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=COLUMN",
        help="Columns and states, as amount=total,customer=buyer,state:boxed=sale.",
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="DATE",
        help="Last day of observation; by default that of the last row.",
        show_default=False,
    ),
]
Opened = Annotated[
    str | None,
    typer.Option(
        "--opened",
        metavar="DATE",
        help="The day on which the shop began to win customers, if that is before the file.",
        show_default=False,
    ),
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="NAME",
        help="The shop's zone, as Asia/Shanghai, for stamps that name one.",
        show_default=False,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="Encoding of text files, as shift_jis; by default by the bytes.",
        show_default=False,
    ),
]
Reading = Annotated[
    Path | None,
    typer.Option("--reading", help="A reading.toml that calibrate has written.", show_default=False),
]
Touches = Annotated[
    list[Path] | None,
    typer.Option(
        "--touches",
        metavar="FILE",
        help="Messages sent: person, time, channel, content; may be repeated.",
        show_default=False,
    ),
]
Campaigns = Annotated[
    list[Path] | None,
    typer.Option(
        "--campaigns",
        metavar="FILE",
        help="Campaigns and coupons: name, first, last, depth; may be repeated.",
        show_default=False,
    ),
]
Redemptions = Annotated[
    list[Path] | None,
    typer.Option(
        "--redemptions",
        metavar="FILE",
        help="Coupons used: person, time, campaign; may be repeated.",
        show_default=False,
    ),
]
Tickets = Annotated[
    list[Path] | None,
    typer.Option(
        "--tickets",
        metavar="FILE",
        help="Tickets: person, kind, opened, first reply, resolved; may be repeated.",
        show_default=False,
    ),
]
Leads = Annotated[
    list[Path] | None,
    typer.Option(
        "--leads",
        metavar="FILE",
        help="Added contacts: person, added, source, first order, deleted; may be repeated.",
        show_default=False,
    ),
]
Assumptions = Annotated[
    bool,
    typer.Option(
        "--assumptions/--no-assumptions",
        envvar="REHEARSE_ASSUMPTIONS",
        show_envvar=False,
        help="Name the five numbers that profit rests on; the first time takes up to half a minute.",
    ),
]

KEPT = Path("out") / ".runs"
"""The default folder of finished runs."""
