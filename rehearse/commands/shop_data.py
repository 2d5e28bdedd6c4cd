"""Commands on the shop's own data: orders, calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rehearse.commands.command_app import app
from rehearse.commands.options import (
    Campaigns,
    Encoding,
    Json,
    Leads,
    Map,
    Opened,
    OptionalOrderFiles,
    OrderFiles,
    Out,
    Profile,
    Reading,
    Redemptions,
    Tickets,
    TimeZone,
    Touches,
    Until,
)


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
