"""From an order export to a market that a scenario can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from calibration import recovery
from calibration.backtest import backtest, split_day
from calibration.calibration_files import check_folder, write
from calibration.calibration_result import Calibration
from calibration.fit_warnings import fit_warnings, newcomer_warnings, replay_warnings
from calibration.joint_evidence import JointFit, trials_first, weighed_by_trials, with_joint_trials
from calibration.model import priors
from calibration.model.fitting import fit_order_models
from calibration.model.health import Health, health
from calibration.model.likelihood import days_before
from calibration.model.optimisation import one_thread
from calibration.model.posterior import FittedMarket, fitted_market
from calibration.orders.amounts import check_currency
from calibration.orders.order_history import Orders, read_orders
from calibration.orders.order_rows import ReadingOptions
from calibration.orders.reading_files import reading_text
from calibration.past_orders import PastFiles, known_past
from calibration.records.record_columns import split_records
from calibration.records.shop_records import RecordFiles
from calibration.recovery import truth_of
from calibration.replay.replayed_run import PastPlan, ReplayFacts, back_check, dated
from calibration.responses.fitted_under_history import (
    ResponseSettings,
    fitted_under_history,
    health_under_history,
    response_warnings,
)
from calibration.responses.history_recovery import RecoveredRanks, RecoveryPlan, recover_under_history
from calibration.responses.motives import before_motive
from calibration.responses.people_part import until_day
from calibration.responses.response_fit import ResponseFit
from calibration.shares.added_contacts import AddedContacts
from calibration.shares.redemption_evidence import REDEEMED, redeemed_draws
from calibration.targets.target_calibration import asked_targets, health_with_targets, with_targets
from calibration.targets.target_file import AskedTargets
from calibration.trial_calibration import with_trials
from calibration.trials.recorded_evidence import recorded_evidence
from calibration.trials.trial_files import read_trial
from calibration.trials.trial_posterior import TrialPosterior
from scenarios import InputError, MarketFile, load_market
from scenarios.questions.question import COUNTED_TWICE
from scenarios.questions.verb_calls import verb
from scenarios.reading.stated_past import read_past
from scenarios.values.beliefs import Belief
from sim.scenario import Market, People, RunSettings, ShopHistory

FEWEST_DRAWS = 20
SECONDS, SECONDS_OF_CUSTOMER = 2.0, 5e-5
"""What fitting takes on two cores, as `python -m benchmarks.fit_speed` measures it."""
Progress = Callable[[str], None]
Files = str | Path | Sequence[str | Path]


@verb(lambda show: lambda line: show(0, 0, line, None), least=0.0)
@one_thread()
def calibrate(
    paths: str | Path | Sequence[str | Path],
    *,
    market: str = "library:base",
    mapping: Mapping[str, str] | None = None,
    options: ReadingOptions | None = None,
    history: str | Path | None = None,
    touches: Files = (),
    campaigns: Files = (),
    redemptions: Files = (),
    tickets: Files = (),
    leads: Files = (),
    holdout: str | None = None,
    recover: int = 0,
    experiments: Sequence[str | Path] = (),
    targets: str | Path | None = None,
    out: str | Path | None = None,
    seed: int = 1,
    draws: int = 400,
    progress: Progress | bool | None = True,
) -> Calibration:
    """Fit a market on one or several order files, and write it with its draws, its customers and the reading.

    paths: order files (CSV, TSV, xlsx, ods or Parquet, also in gzip or zip)
    market: the market that says what is believed beforehand (the prior): `library:NAME`, a file, or the folder of
        another calibration
    mapping: names of columns by what they hold, as {"amount": "total"}, and treatments of states, as
        {"state:boxed": "sale"}; keys that begin with `touches.` and so on are of records
    options: profile, time zone, last day and day of opening, where the files leave them open
    history: a scenario file whose [strategy] is what the shop did on the days of the orders; only that is read
    touches: files of messages that were sent (person, time, channel, content)
    campaigns: files of campaigns and coupons (name, first, last, depth)
    redemptions: files of coupons that were used (person, time, campaign)
    tickets: files of tickets (person, kind, opened, first reply, resolved)
    leads: files of contacts that were added (person, added, source, first order, deleted)
    holdout: how many weeks are held out, as "39w", or the first day held out; the model is chosen and scored
        without their orders, and then fitted on all of them
    recover: number of simulated histories for parameter recovery, not of a shop that is older than its file; with
        `history` also under its strategy
    experiments: files of randomised trials
    targets: a file of figures without a likelihood, which need a history
    out: folder for market.toml, posterior.parquet, customers.parquet, history.parquet, reading.toml and
        calibration.json
    seed: random seed of the draws
    draws: number of draws of the posterior, from 20
    progress: True shows in a terminal or a notebook what is going on, False nothing; a function is called with one
        line as each step begins

        fitted = rh.calibrate("orders.csv", draws=50, out="fitted/shop")
        print(fitted.to_frame()[["parameter", "median", "p5", "p95", "identified"]])

    Raises InputError for a file or a value that cannot be used.
    """
    if draws < FEWEST_DRAWS:
        raise InputError(place="--draws", expected=f"a whole number from {FEWEST_DRAWS}", got=str(draws))
    if out:
        check_folder(Path(out))
    say = progress if callable(progress) else (lambda _: None)
    say("reading the prior and the orders")
    prior = load_market(market)
    of_orders, of_records = split_records(mapping)
    orders = read_orders(paths, of_orders, options=options)
    check_currency(orders.currency, prior.market.money.currency, orders.file)
    if history is not None:
        say("reading what was done, and finding to whom it was sent and offered")
    records = RecordFiles.of(
        touches=touches, campaigns=campaigns, redemptions=redemptions, tickets=tickets, leads=leads
    )
    past = known_past(PastFiles(history, records, of_records), orders, prior, options)
    orders = past.orders
    if recover and days_before(orders) is not None:
        expected = "a shop whose customers all came within the file"
        raise InputError(place="--recover", expected=expected, got="--opened or --map entered=COLUMN")
    for path in experiments:  # before the fit, which takes minutes: a mistake in one ends the command
        read_trial(path, prior.market)
    asked = asked_targets(targets, past.history, orders, prior.market) if targets else None
    first = split_day(orders, holdout) if holdout else None
    fit = _Fit(prior.beliefs, prior.market.people, draws, seed, say)
    stated = past.history if past.history is not None and past.history.stated else None
    under = _UnderHistory(stated, prior.market, fit) if stated else None
    tested = replayed = earlier = found = joint = None
    if first:
        scored = fit.market(orders.until(first - timedelta(days=1)))
        if under:
            under = replace(under, trials=trials_first(experiments, prior, scored, seed, say))
            scored, earlier, _ = under.market(scored, (first - under.history.start).days)
        if past.history is not None:
            scored = fit.with_redemption(scored, until_day(past.history, (first - past.history.start).days))
        say(f"forecasting what follows from {first} on")
        tested = backtest(orders, scored, seed)
        if past.history is not None and past.history.stated:
            say(f"replaying the days from {first} on under the history's strategy")
            facts = ReplayFacts(prior, seed)
            plan = PastPlan(past.history, past.identity, history, facts)
            replayed = back_check(orders, scored, plan)
        fitted = fit.market(orders, scored)
        if under:
            fitted, found, joint = under.market(fitted, None, earlier)
    else:
        fitted = fit.market(orders)
        if under:
            under = replace(under, trials=trials_first(experiments, prior, fitted, seed, say))
            fitted, found, joint = under.market(fitted)
        scored = fitted
    recovered = recovery.recover(recover, truth_of(fitted, seed), seed=seed, progress=say) if recover else []
    ranks: list[RecoveredRanks] = []
    if recover and under and found and history is not None:
        ranks = under.recovered(recover, found, history, prior)
    fitted = fit.with_added(fit.with_redemption(fitted, past.history), past.added)
    answer = Calibration(
        market=fitted,
        scored=scored,
        cycle=_cycle(orders),
        holdout=tested,
        health=tuple(_health(fitted, prior.beliefs, found)),
        warnings=(
            *([] if stated else [COUNTED_TWICE]),
            *(tested.warnings if tested else ()),
            *replay_warnings(replayed),
            *fit_warnings(fitted, prior.beliefs),
            *(newcomer_warnings(orders, prior.market) if past.added == () else ()),
            *(response_warnings(found) if found else ()),
            *past.warnings,
        ),
        replay=replayed,
        recovery=tuple(recovered),
        recovery_under_history=tuple(ranks),
        prior=market,
        path=Path(out) / "market.toml" if out else None,
        history=past.history,
        history_notes=past.notes,
        records=past.records,
        added=past.added,
        responses=found,
    )
    if joint is not None:
        answer = with_joint_trials(answer, joint)
    elif experiments:
        answer = with_trials(answer, experiments, seed, say)
    answer = _with_recorded_evidence(answer, prior.market, seed)
    if asked and stated:
        plan = PastPlan(stated, past.identity, history, ReplayFacts(prior, seed))
        answer = _matched(answer, asked, plan, say)
    if out:
        say(f"writing {out}")
        write(answer, Path(out), reading_text(orders, options or ReadingOptions()))
    return answer


@dataclass(frozen=True)
class _Fit:
    """How orders are fitted: under which beliefs, with how many draws, from which seed. say: called with each step."""

    beliefs: Mapping[str, Belief]
    people: People
    draws: int
    seed: int
    say: Progress

    def market(self, orders: Orders, like: FittedMarket | None = None) -> FittedMarket:
        """Models, then draws. like: take the choice made there."""
        size = len(orders.customers)
        seconds = SECONDS + SECONDS_OF_CUSTOMER * size
        what = f"{like.chosen.name} to all orders" if like else f"models to the orders until {orders.last}"
        self.say(f"fitting {what} ({size:,} customers, about {seconds:.0f} s)")
        models = fit_order_models(orders, like)
        self.say(f"drawing from the posterior of {models.chosen.name}")
        found = fitted_market(models, self.beliefs, self.draws, self.seed)
        return replace(found, draws=before_motive(found.draws, self.beliefs, self.people, self.seed))

    def with_redemption(self, fitted: FittedMarket, history: ShopHistory | None) -> FittedMarket:
        """The market with draws of the share of coupons that are used, where the history tells of it."""
        share = redeemed_draws(history, self.beliefs.get(REDEEMED), len(fitted.draws), self.seed)
        return fitted if share is None else replace(fitted, draws=fitted.draws.assign(**{REDEEMED: share}))

    def with_added(self, fitted: FittedMarket, added: Sequence[AddedContacts]) -> FittedMarket:
        """The market with draws of the add rate of each source whose leads tell it."""
        drawn = {one.path: one.draws(self.beliefs[one.path], len(fitted.draws), self.seed) for one in added}
        return replace(fitted, draws=fitted.draws.assign(**drawn)) if drawn else fitted


@dataclass(frozen=True)
class _UnderHistory:
    """How need and responses are fitted under a history."""

    history: ShopHistory
    prior: Market
    fit: _Fit
    trials: TrialPosterior | None = None
    """What trials teach before the history."""

    @property
    def settings(self) -> ResponseSettings:
        """How need and responses are fitted."""
        fit, given = self.fit, self.trials.belief if self.trials else None
        return ResponseSettings(self.prior, fit.beliefs, fit.draws, fit.seed, fit.say, given=given)

    def market(self, fitted: FittedMarket, days: int | None = None, like: ResponseFit | None = None) -> JointFit:
        """The market with joint draws. days: of the history that are known, all if not given."""
        self.fit.say("fitting need and responses to what the shop did")
        history = self.history if days is None else until_day(self.history, days)
        return weighed_by_trials(
            *fitted_under_history(fitted, history, self.settings, like), self.trials, self.fit.seed
        )

    def recovered(self, worlds: int, found: ResponseFit, path: str | Path, prior: MarketFile) -> list[RecoveredRanks]:
        """Parameter recovery under the strategy that the file states."""
        days = RunSettings(self.history.start, horizon=self.history.days)
        strategy = dated(read_past(path, prior.market, days).strategy, days)
        return recover_under_history(RecoveryPlan(self.history, strategy, found, self.settings), worlds, self.fit.say)


def _with_recorded_evidence(answer: Calibration, base: Market, seed: int) -> Calibration:
    """The answer with what records of messages say beside the fit; as it is where there are none."""
    if answer.history is None or answer.records is None or answer.records.touches is None:
        return answer
    held_out, draws = answer.records.touches.held_out, answer.market.draws
    found = recorded_evidence(answer.history, held_out, base, draws, seed)
    return replace(answer, beside=found.beside, warnings=(*answer.warnings, *found.warnings))


def _health(fitted: FittedMarket, beliefs: Mapping[str, Belief], found: ResponseFit | None) -> Sequence[Health]:
    free = {path: b for path, b in beliefs.items() if path != priors.REGULARITY or path in fitted.draws}
    rows = health(fitted.draws, free)
    return health_under_history(rows, found) if found else rows


def _matched(answer: Calibration, asked: AskedTargets, plan: PastPlan, say: Progress) -> Calibration:
    """The answer with draws under which the engine gives the targets."""
    fitted, found = with_targets(asked, answer.market, plan, say)
    rows = tuple(health_with_targets(answer.health, found, plan))
    lines = (*answer.warnings, *found.warnings())
    return replace(answer, market=fitted, health=rows, warnings=lines, targets=found.to_json())


def _cycle(orders: Orders) -> float:
    """Median days between order-days of one customer. A market's cycle follows from its order rates instead: long gaps
    are not in the data yet, and campaigns shorten those that are."""
    table = orders.orderdays
    gaps = table.groupby("customer")["day"].diff().dropna().to_numpy()
    return float(np.median(gaps))
