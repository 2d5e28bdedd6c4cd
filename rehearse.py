"""The commands. Each imports what it needs when it is called, so that `--help` is fast."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from experiments import ProfitAssumptions
    from scenarios import Question


class Commands(TyperGroup):
    """The commands. An interruption keeps its message, which typer would drop."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises Abort with the message of the interruption.

        Without threads of linear algebra, in its processes, too: matrices are small here, and threads that wait for
        work would take the cores from those that simulate.
        """
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise typer.Abort(str(stop)) from None


app = typer.Typer(
    cls=Commands,
    help="Try a customer strategy before running it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
USAGE_ERROR: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""The base class of mistakes in a command line. Old versions of typer take it from click, new ones have their own."""

KEPT = Path("out") / ".runs"
"""The default folder of finished runs."""


def main() -> NoReturn:
    """Console entry: a user's mistake is one line and exit code 2, an interruption exit code 130."""
    from scenarios.errors import InputError

    _check_packages()
    try:
        sys.exit(app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0)
    except (InputError, USAGE_ERROR) as mistake:
        text = mistake.format_message() if isinstance(mistake, USAGE_ERROR) else str(mistake)
        typer.echo(f"rehearse: {' '.join(text.split())}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort) as stop:
        typer.echo(f"rehearse: interrupted{f'; {stop}' if str(stop) else ''}", err=True)
        sys.exit(130)


@app.command(epilog="Example: rehearse new my-shop")
def new(directory: Annotated[Path, typer.Argument(help="Folder to make.", show_default=False)]) -> None:
    """Write a commented starter: a shop, one question each on cadence, discount and desk, and a sweep."""
    from scenarios import new

    for path in new(directory):
        typer.echo(path)


@app.command(epilog="Example: rehearse validate my-shop")
def validate(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    assumptions: Annotated[
        bool | None,
        typer.Option(
            "--assumptions/--no-assumptions",
            envvar="REHEARSE_ASSUMPTIONS",
            show_envvar=False,
            help="Name the five numbers that profit rests on; by default for one file alone.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = None,
    store: Kept = None,
) -> None:
    """Check scenario files: what is wrong, where, and what is expected; and on what the profit of a question rests."""
    from experiments.comparison.comparison_planning import check_comparable
    from experiments.output import console as ui
    from scenarios import notes, questions_among, validate

    ui.check_targets(None, None, store)

    faults = validate(paths)
    for fault in faults:
        typer.echo(f"rehearse: {fault}", err=True)
    if faults:
        raise typer.Exit(2)
    for question in questions_among(paths):
        if len(question.arms) > 1:
            check_comparable(question)
    for note in notes(paths):
        typer.echo(f"note: {note}")
    typer.echo("all good")
    alone = len(paths) == 1 and not paths[0].is_dir()
    for question in questions_among(paths) if assumptions or (assumptions is None and alone) else ():
        _show_assumptions(question, jobs, store or KEPT, ui.results(None))


@app.command(epilog="Example: rehearse explain my-shop/cadence.toml --variant '15 days'")
def explain(
    file: File,
    market: Market = None,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
) -> None:
    """Show the resolved scenario, every value with its origin."""
    from rich.table import Table
    from rich.text import Text

    from experiments.output import console as ui
    from scenarios import explain, load

    table = Table("path", "value", "from", box=None, pad_edge=False)
    for row in explain(load(file, market=market), variant):
        table.add_row(*(Text(cell) for cell in row))
    ui.console_on(sys.stdout, wide=True).print(table)


@app.command(epilog="Example: rehearse schema > scenario.schema.json")
def schema() -> None:
    """Print the JSON Schema of the scenario format, for editors."""
    from scenarios import schema

    typer.echo(json.dumps(schema(), indent=1, ensure_ascii=False))


@app.command(epilog="Example: rehearse reference docs/reference")
def reference(folder: Annotated[Path, typer.Argument(help="Folder for the pages.", show_default=False)]) -> None:
    """Write the reference of this version as Markdown: every scenario key, and every command."""
    from experiments import write_reference

    for path in write_reference(folder, app):
        typer.echo(path)


@app.command(epilog="Example: rehearse orders orders.csv --json -")
def orders(
    files: OrderFiles,
    profile: Profile = None,
    map_: Map = None,
    until: Until = None,
    timezone: TimeZone = None,
    encoding: Encoding = None,
    reading: Reading = None,
    json_: Json = None,
) -> None:
    """Show how order files are read, without fitting: what a row is, states, customers, orders, what is set aside."""
    from calibration import ReadingOptions, over_reading, print_reading, read_history, until_day
    from experiments.output import console as ui

    ui.check_targets(None, json_)
    options = ReadingOptions(profile, until_day(until), timezone, encoding)
    found = read_history(files, *over_reading(reading, _mapping(map_), options))
    print_reading(found, ui.results(json_))
    ui.write_answer(json_, found.to_json())


@app.command(epilog="Example: rehearse calibrate orders.csv --history shop.toml --holdout 13w --out fitted/shop")
def calibrate(
    files: OptionalOrderFiles = None,
    market: Annotated[str, typer.Option("--market", help="Market file with the prior.")] = "library:base",
    profile: Profile = None,
    map_: Map = None,
    until: Until = None,
    opened: Opened = None,
    timezone: TimeZone = None,
    encoding: Encoding = None,
    reading: Reading = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            metavar="FILE",
            help="A scenario whose [strategy] is what the shop did on the days of the orders.",
            show_default=False,
        ),
    ] = None,
    touches: Touches = None,
    campaigns: Campaigns = None,
    redemptions: Redemptions = None,
    tickets: Tickets = None,
    leads: Leads = None,
    holdout: Annotated[
        str | None,
        typer.Option("--holdout", help="Hold out the last 39w, or from a DATE on.", show_default=False),
    ] = None,
    recover: Annotated[int, typer.Option("--recover", min=0, help="Fit N simulated histories too.")] = 0,
    experiment: Annotated[
        list[Path] | None,
        typer.Option(
            "--experiment",
            metavar="FILE",
            help="A randomised trial, also without orders; may be repeated.",
            show_default=False,
        ),
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="KPIs of the history's days that orders do not say, with tolerances; needs a stated history.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=20, help="Draws in the posterior table.")] = 400,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Random seed of the posterior draws.")] = 1,
    out: Out = None,
    json_: Json = None,
) -> None:
    """Fit a market on the shop's own orders."""
    from calibration import ReadingOptions, calibrate, over_reading, print_calibration, until_day
    from experiments.output import console as ui

    ui.check_targets(out, json_)
    if not files:
        from scenarios import InputError

        of_orders = (history, touches, campaigns, redemptions, tickets, leads, holdout, recover, targets, map_, reading)
        if any(of_orders) or not experiment:
            raise InputError(place="calibrate", expected="order files, or --experiment alone", got="no order file")
        _calibrate_on_trials(experiment, market, draws, seed, (out, json_))
        return
    said = ReadingOptions(
        profile=profile, until=until_day(until), time_zone=timezone, encoding=encoding,
        opened=until_day(opened, "--opened"),
    )  # fmt: skip
    mapping, options = over_reading(reading, _mapping(map_), said)
    with ui.progress() as show:
        answer = calibrate(
            files, market=market, mapping=mapping, options=options, history=history, touches=touches or (),
            campaigns=campaigns or (), redemptions=redemptions or (), tickets=tickets or (), leads=leads or (),
            experiments=experiment or (), targets=targets, holdout=holdout, recover=recover, out=out, seed=seed,
            draws=draws, progress=lambda message: show(0, 0, message, None),
        )  # fmt: skip
    print_calibration(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())
    if out is not None:
        from experiments import write_calibration

        weeks = answer.replay.weeks if answer.replay is not None else None
        write_calibration(answer.to_json(), answer.market.draws, weeks, out)


def _calibrate_on_trials(
    experiments: list[Path], market: str, draws: int, seed: int, targets: tuple[Path | None, str | None]
) -> None:
    from calibration import calibrate_on_trials, print_trials
    from experiments.output import console as ui

    out, json_ = targets
    with ui.progress() as show:
        answer = calibrate_on_trials(
            experiments, market, sampling=(draws, seed), out=out,
            progress=lambda message: show(0, 0, message, None),
        )  # fmt: skip
    print_trials(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse run my-shop/shop.toml --draws 1 --out out/shop")
def run(
    file: File,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
    market: Market = None,
    draws: Draws = None,
    replications: Replications = None,
    seed: Seed = None,
    events: Annotated[bool, typer.Option("--events", help="Write the event log of the first run to --out.")] = False,
    money: Money = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    shards: Annotated[
        int | None,
        typer.Option(
            "--shards",
            min=1,
            show_default=False,
            help="Cut each run into so many processes, or workers of the cluster, each with its part of the people.",
        ),
    ] = None,
    out: Out = None,
    store: Kept = None,
    assumptions: Assumptions = True,
    json_: Json = None,
) -> None:
    """Simulate one arm of a scenario and show its KPIs, and on what its profit rests."""
    from experiments import print_answer, run_arm
    from experiments.output import console as ui
    from experiments.questions.single_arm import with_assumptions
    from scenarios import InputError, load

    ui.check_targets(out, json_, store)
    ui.check_workers(jobs, cluster)
    if events and out is None:
        raise InputError(place="--events", expected="--out FOLDER for events.parquet and event-log", got="no --out")
    if shards is not None and (jobs is not None or events):
        got = "--events" if events else f"--jobs {jobs}"
        raise InputError(place="--shards", expected="neither --jobs nor --events beside it", got=got)
    question = load(file, market=market)
    ui.warm_up_for(question, cluster)
    with ui.progress() as show:
        answer = run_arm(
            question, variant, draws=draws, replications=replications, jobs=jobs, cluster=cluster, shards=shards,
            seed=seed, events=events, out=out, store=store, progress=ui.shown(show),
        )  # fmt: skip
    print_answer(answer, ui.results(json_), money=money)
    if assumptions:
        kept = store or (KEPT if out is None else out.absolute().parent / KEPT.name)
        answer = with_assumptions(answer, _show_assumptions(question, jobs, kept, ui.results(json_)), out)
    ui.write_answer(json_, answer.to_json())


@app.command(
    epilog="Example: rehearse compare my-shop/cadence.toml --replications auto --precision '5000 CNY' --out out/cadence"
)
def compare(
    files: Annotated[list[Path], typer.Argument(help="One question, or one file for each arm.", show_default=False)],
    market: Market = None,
    draws: Draws = None,
    replications: Enough = None,
    precision: Precision = None,
    most: Most = None,
    seed: Seed = None,
    money: Money = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Out = None,
    store: Kept = None,
    assumptions: Assumptions = True,
    json_: Json = None,
) -> None:
    """Simulate every arm on common random numbers, and say which is better and how certain that is."""
    import experiments
    from experiments.output import console as ui
    from scenarios import load, load_many

    question: Question = load(files[0], market=market) if len(files) == 1 else load_many(files, market=market)
    folder = out or Path("out") / question.path.stem
    ui.check_targets(folder, json_, store)
    ui.check_workers(jobs, cluster)
    ui.warm_up_for(question, cluster)
    kept = store or folder.absolute().parent / KEPT.name
    with ui.progress() as show:
        answer = experiments.compare(
            question,
            draws=draws,
            replications=_count_or_auto(replications),
            precision=precision,
            most=most,
            jobs=jobs,
            cluster=cluster,
            store=kept,
            seed=seed,
            progress=ui.shown(show),
        )
    console = ui.results(json_)
    experiments.print_comparison(answer, console, money=money)
    if assumptions:
        answer = replace(answer, assumptions=_show_assumptions(question, jobs, kept, console))
    report = experiments.write_report(answer, folder)  # drawn behind the verdict, which does not wait for it
    console.print(f"\nreport: {report}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json())


@app.command("lifeline", hidden=True, epilog="Example: rehearse timeline my-shop/cadence.toml gained")
@app.command(epilog="Example: rehearse timeline my-shop/cadence.toml gained")
def timeline(
    ctx: typer.Context,
    file: File,
    person: Annotated[str | None, typer.Argument(help="A person's number, gained or lost.", show_default=False)] = None,
    market: Market = None,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Names of arms; by default all.", show_default=False)
    ] = None,
    draw: Annotated[int, typer.Option("--draw", min=0, help="Number of the plausible market, from 0.")] = 0,
    replication: Annotated[int, typer.Option("--replication", min=0, help="Number of the replication, from 0.")] = 0,
    draws: Draws = None,
    seed: Seed = None,
    out: Out = None,
    json_: Json = None,
) -> None:
    """Show one person under each arm: where timelines diverge, and why. Without PERSON: who gained and lost most."""
    from experiments import print_gains, print_timelines, timeline, who_gained, write_timelines
    from experiments.output import console as ui
    from experiments.traces.gains import find_person, gains_json, parse_person, two_arms
    from scenarios import load

    question = load(file, market=market)
    folder = out or Path("out") / f"{question.path.stem}-{ctx.info_name}"
    ui.check_targets(folder, json_)
    parse_person(person)
    ui.warm_up_for(question, None)
    options: Any = {"draw": draw, "replication": replication, "draws": draws, "seed": seed}
    console = ui.results(json_)
    with ui.progress() as show:
        options["progress"] = ui.shown(show)
        if person is None:
            table = who_gained(question, *two_arms(question, variant), **options)
        else:
            number = find_person(question, person, variant, **options)
            answer = timeline(question, number, arms=variant, **options)
    if person is None:
        print_gains(table, question, console)
        ui.write_answer(json_, gains_json(table))
        return
    picture = write_timelines(answer, folder)
    print_timelines(answer, console)
    console.print(f"\npicture: {picture}, page: {picture.with_suffix('.html')}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse sweep my-shop/sweep.toml")
def sweep(
    plan: Annotated[Path, typer.Argument(help="A plan file.", show_default=False)],
    market: Market = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Out = None,
    store: Kept = None,
    json_: Json = None,
) -> None:
    """Simulate a scenario at every point of a plan, and say what moves its KPIs. Continues where it was stopped."""
    from experiments import print_sweep, sweep
    from experiments.output import console as ui
    from scenarios import load_plan

    asked = load_plan(plan, market=market)
    folder = out or Path("out") / asked.path.stem
    ui.check_targets(folder, json_, store)
    ui.check_workers(jobs, cluster)
    if asked.question is not None:
        ui.warm_up_for(asked.question, cluster)
    with ui.progress() as show:
        answer = sweep(asked, jobs=jobs, cluster=cluster, out=folder, store=store, progress=ui.shown(show))
    console = ui.results(json_)
    print_sweep(answer, console)
    console.print(f"\nreport: {folder / 'report.html'}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json(folder))


@app.command(epilog="Example: rehearse staff my-shop/desk.toml --goal '80% in 2 min' --picture desk.png")
def staff(
    file: File,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
    goal: Annotated[
        str, typer.Option("--goal", help="Share of the questions while the desk is open, and in what time.")
    ] = "80% in 2 min",
    chance: Annotated[
        float, typer.Option("--chance", min=0.01, max=1.0, help="Share of plausible markets in which it is kept.")
    ] = 0.9,
    market: Market = None,
    draws: Draws = None,
    json_: Json = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="Picture by hour of the day, FILE.png or FILE.svg.", show_default=False),
    ] = None,
) -> None:
    """The least staff by shift that keeps a goal, and by hour of the day what it reaches."""
    from experiments import draw_staff, least_staff, print_staff
    from experiments.output import console as ui
    from scenarios import load

    ui.check_targets(None, json_)
    ui.check_picture("--picture", picture, json_)
    question = load(file, market=market)
    ui.warm_up_for(question, None)
    with ui.progress() as show:
        answer = least_staff(
            question, variant, goal=goal, chance=chance, draws=draws,
            progress=lambda done, total, words: show(done, total, words, None),
        )  # fmt: skip
    print_staff(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())
    if picture is not None:
        draw_staff(answer, picture)
        ui.results(json_).print(f"picture: {picture}", soft_wrap=True)


@app.command(epilog="Example: rehearse report out/cadence")
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a comparison or a sweep.", show_default=False)],
    store: Kept = None,
) -> None:
    """Write a report again from finished runs, without simulating."""
    from experiments import rebuild

    rebuild(folder, store=store)
    typer.echo(f"report: {folder / 'report.html'}")


@app.command("machine-code", epilog="Example: rehearse machine-code --compile")
def machine_code(
    compile_: Annotated[
        bool, typer.Option("--compile", help="Compile the model now, if it is not compiled yet.")
    ] = False,
) -> None:
    """Show the folder of the compiled model. Its name changes with the code, the packages and the processor."""
    from sim.fingerprint import cache_folder

    if compile_:
        from experiments.output import console as ui
        from scenarios import load

        ui.warm_up_for(load("library:shop"), None)
    typer.echo(cache_folder())


@app.command(epilog="Example: rehearse store --prune --older 30")
def store(
    folder: Annotated[Path, typer.Argument(help="Folder of finished runs.")] = KEPT,
    prune: Annotated[bool, typer.Option("--prune", help="Remove runs that cannot be used any more.")] = False,
    older: Annotated[
        float | None,
        typer.Option(
            "--older",
            min=0,
            help="With --prune: also older runs, in days.",
            show_default=False,
        ),
    ] = None,
    json_: Json = None,
) -> None:
    """Show finished runs by question, and their size on disk."""
    from experiments import Store, print_store, prune as remove, store_json, stored_runs
    from experiments.output import console as ui
    from scenarios import InputError

    if older is not None and not prune:
        raise InputError(place="--older", expected="--prune with it", got=f"--older {older:g} alone")
    there = Store(folder)
    with ui.progress() as show:
        found = stored_runs(there, lambda done, total: show(done, total, "reading", None))
    gone = remove(there, found, older=older) if prune else []
    went = {one.path for one in gone}
    left = [one for one in found if one.path not in went]
    print_store(there, left, gone, ui.results(json_))
    ui.write_answer(json_, store_json(there, left, gone))


@app.command(epilog="Example: rehearse check my-shop --baseline my-shop/baselines --junit check.xml")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="Folder of baselines to compare with.", show_default=False),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baselines again; needs --why.")] = False,
    why: Annotated[
        str | None, typer.Option("--why", help="With --update: why the results changed, in a line.", show_default=False)
    ] = None,
    may: Annotated[
        list[str] | None,
        typer.Option(
            "--may", metavar="KPI[:up|down]", help="An expected change; also verdict or all.", show_default=False
        ),
    ] = None,
    market: Market = None,
    draws: Draws = None,
    replications: Replications = None,
    seed: Seed = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    store: Kept = KEPT,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Markdown file for a pull request.", show_default=False)
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="JUnit XML file for CI.", show_default=False)] = None,
    json_: Json = None,
) -> None:
    """Test the expectations of scenarios, and compare with baselines: exit 0 pass, 1 fail, 3 inconclusive."""
    from experiments import check, print_check, write_check
    from experiments.output import console as ui
    from scenarios import load_expecting, load_questions

    ui.check_targets(None, json_, store)
    ui.check_files({"--markdown": markdown, "--junit": junit})
    ui.check_workers(jobs, cluster)
    questions = (load_expecting if baseline is None else load_questions)(paths, market=market)
    ui.warm_up_for(questions[0], cluster)
    with ui.progress() as show:
        answer = check(
            questions,
            baseline=baseline,
            update=update,
            why=why,
            may=may or (),
            draws=draws,
            replications=replications,
            seed=seed,
            jobs=jobs,
            cluster=cluster,
            store=store,
            progress=ui.shown(show),
        )
    print_check(answer, ui.results(json_))
    write_check(answer, markdown=markdown, junit=junit)
    ui.write_answer(json_, answer.to_json())
    raise typer.Exit({"pass": 0, "fail": 1, "inconclusive": 3}[answer.verdict])


@app.command(epilog="Example: rehearse diff out/before out/after")
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run or a comparison.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run or comparison.", show_default=False)],
    json_: Json = None,
) -> None:
    """Say what differs between two results: inputs, the first event, KPIs."""
    from experiments import diff, print_diff
    from experiments.output import console as ui

    ui.check_targets(None, json_)
    with ui.progress() as show:
        answer = diff(a, b, progress=ui.shown(show))
    print_diff(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse bench --baseline tests/baselines/speed.baseline")
def bench(
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            help="Only compare the speed with this file: exit 0 no slower, 1 slower, 3 inconclusive.",
            show_default=False,
        ),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baseline again; needs --why.")] = False,
    why: Annotated[str | None, typer.Option("--why", help="With --update: the reason.", show_default=False)] = None,
    json_: Json = None,
) -> None:
    """Measure the speed of this machine, beside other simulators (4 minutes); or compare it with a baseline."""
    from experiments.output import console as ui
    from scenarios import InputError

    if baseline is None and (update or why is not None):
        got = "--update" if update else "--why"
        raise InputError(place="--update, --why", expected="--baseline FILE beside them", got=f"{got} alone")
    if update != bool((why or "").strip()):
        got = "--update without a reason" if update else "--why alone"
        raise InputError(place="--update, --why", expected="both or none", got=got)
    ui.check_targets(None, json_)
    root = Path(__file__).resolve().parent
    if not (root / "benchmarks" / "speed.py").is_file():
        raise InputError(place=str(root), expected="a checkout with its benchmarks and tests folders", got="none")
    sys.path.insert(0, str(root))
    if baseline is not None:
        raise typer.Exit(_speed(baseline, why, json_))
    from benchmarks.speed import bench
    from benchmarks.speed_table import print_bench

    with ui.progress() as show:
        answer = bench(show=show)
    print_bench(answer, ui.results(json_))
    ui.write_answer(json_, answer)


def _show_assumptions(question: Question, jobs: int | None, store: Path, console: Console) -> ProfitAssumptions | None:
    """Find the numbers that profit rests on, and print them."""
    from experiments import find_assumptions, print_assumptions
    from experiments.output import console as ui

    ui.warm_up_for(question, None)
    with ui.progress() as show:
        found = find_assumptions(question, jobs=jobs, store=store, progress=ui.shown(show))
    print_assumptions(found, console)
    return found


def _speed(file: Path, why: str | None, json_: str | None) -> int:
    """Measure, and compare with a baseline; or write one, if a reason is given. Returns the exit code."""
    from benchmarks import speed_check as speed
    from experiments.output import console as ui

    held = None if why else speed.read_baseline(file)
    console = ui.results(json_)
    ui.warm_up_for(speed.any_question(), None)
    with ui.progress() as show:
        measured = speed.measure(progress=show)
    if held is None:
        speed.write_baseline(file, measured, (why or "").strip())
        console.print(f"{speed.format_measurement(measured)}\nwritten: {file}", highlight=False, soft_wrap=True)
        ui.write_answer(json_, {"schema": 1, "written": str(file), "measured": vars(measured)})
        return 0
    answer = speed.judge(measured, held)
    speed.print_speed(answer, console)
    ui.write_answer(json_, answer.to_json())
    return speed.EXIT[answer.verdict]


def _check_packages() -> None:
    """End with exit code 2 where another package of the same plain name, such as `sim`, comes first on the path."""
    from importlib.util import find_spec

    here = Path(__file__).resolve().parent
    for name in ("sim", "scenarios", "calibration", "experiments"):
        spec = find_spec(name)
        found = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        if found != here:
            typer.echo(f"rehearse: package {name!r}: expected beside {here / 'rehearse.py'}, got {found}", err=True)
            sys.exit(2)


def _count_or_auto(text: str | None) -> int | Literal["auto"] | None:
    from scenarios import InputError

    if text is None or text == "auto":
        return text  # type: ignore[return-value]
    if not text.isdecimal() or len(text) > 9:
        raise InputError(place="--replications", expected="a whole number from 1, or auto", got=repr(text))
    return int(text)


def _mapping(texts: list[str] | None) -> dict[str, str] | None:
    """Pairs such as amount=total. A comma may stand in a state (state:a,b=sale) and in the name of a column."""
    from scenarios import InputError

    pairs: list[str] = []
    for text in texts or ():
        begun = len(pairs)
        for part in text.split(","):
            open_state = len(pairs) > begun and pairs[-1].startswith("state:") and "=" not in pairs[-1]
            if len(pairs) > begun and (open_state or "=" not in part) and not part.strip().startswith("state:"):
                pairs[-1] += f",{part}"
            else:
                pairs.append(part.strip())
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, column = pair.rpartition("=") if pair.startswith("state:") else pair.partition("=")
        if not (name.strip() and sign and column.strip()):
            raise InputError(place="--map", expected="pairs such as amount=total, joined by commas", got=repr(pair))
        if found.setdefault(name.strip(), column.strip()) != column.strip():
            got = f"{found[name.strip()]!r} and {column.strip()!r}"
            raise InputError(place="--map", expected=f"one column for {name.strip()}", got=got)
    return found or None


if __name__ == "__main__":
    main()
