"""Faults of what decides, reads, books and reports: each with the tests that have to find it."""

from __future__ import annotations

from benchmarks.planted_faults import Edit, Fault, TestedFault

CONSTRAINTS = "experiments/comparison/constraints.py"
NOISE = "experiments/sweeps/noise_floor.py"
TABLES = "experiments/report/report_tables.py"
BOOKS = "sim/firm/bookkeeping.py"
MEASURED = "sim/output/service_measures.py"

BY_SHARE = (
    "tests/experiments/test_constraints.py::test_an_arm_keeps_a_bound_by_the_share_of_markets_and_not_by_its_mean"
)
BY_HAND = "tests/experiments/test_noise_by_hand.py::test_the_variance_is_half_of_that_of_differences"
LOOKS = (
    "tests/experiments/test_change_test.py::test_every_analysis_has_its_share_of_the_error_and_none_withdraws_an_alarm"
)
RULES = "tests/experiments/test_kpi_changes.py::test_every_test_of_a_build_and_every_analysis_is_counted"
NINE_OF_TEN = "tests/sim/test_kpi_formulas.py::test_the_time_that_nine_of_ten_replies_do_not_exceed"
FORMULAS = "tests/sim/test_kpi_formulas.py::test_every_kpi_is_what_its_page_says"
SEEN = "tests/sim/test_matching.py::test_conditions_are_met_as_the_view_says"
FROM_LOG = "tests/experiments/test_event_files.py::test_every_kpi_follows_from_the_log"
ROOM = "tests/sim/test_desk_hours.py::test_a_desk_has_room_for_all_chats_of_those_who_are_there"
KEYS = "tests/test_strategy_keys.py::test_every_key_moves_an_account"
DAYS = (
    "tests/experiments/test_report_tables.py::"
    "test_a_day_of_a_figure_is_a_day_of_the_horizon_and_a_difference_is_from_the_arm_of_reference"
)
TITLE = "tests/experiments/test_report_tables.py::test_the_title_names_the_better_arm_where_less_is_better_too"
SPAN = "tests/experiments/test_report_tables.py::test_a_statement_has_the_days_of_its_span_and_costs_below_zero"
QUANTITIES = "tests/scenarios/test_quantities.py"
CONDITIONS = "tests/scenarios/test_conditions.py"
BUDGET = "tests/sim/test_laws.py::test_stocks_and_the_shops_budget_are_never_exceeded"
WELCOME = "tests/sim/test_welcome_coupons.py::test_coupons_of_the_welcome_are_a_cost_of_acquisition"
OVERTIME = "tests/sim/test_desk_hours.py::test_overtime_is_paid_at_its_own_rate"


def _one(name: str, test: str, file: str, old: str, new: str) -> TestedFault:
    return TestedFault(Fault(name, (Edit(file, old, new),)), (test,))


DECIDED_FAULTS = (
    # --- what decides ---
    _one(
        "a bound is judged by the mean",
        BY_SHARE,
        CONSTRAINTS,
        "state_of_count(int(kept.sum()), kept.size,",
        "state_of_count(kept.size * int(_keeps(means.mean(keepdims=True), limit)[0]), kept.size,",
    ),
    _one("variance of the noise floor halved", BY_HAND, NOISE, "/ 2.0 / chi2", "/ 4.0 / chi2"),
    _one("variance of random numbers halved", BY_HAND, NOISE, ".mean() / 2.0", ".mean() / 4.0"),
    _one(
        "p-value not adjusted for analyses",
        LOOKS,
        "experiments/regression/change_test.py",
        "self.tests * self.analyses * probability",
        "self.tests * probability",
    ),
    _one(
        "analyses of a test counted as one",
        RULES,
        "experiments/regression/regression_tests.py",
        "question.tolerances.power, len(analysis_sizes(run_count(question)))",
        "question.tolerances.power, 1",
    ),
    _one(
        "90th percentile is the 95th", NINE_OF_TEN, MEASURED, "np.quantile(seconds, 0.9)", "np.quantile(seconds, 0.95)"
    ),
    # --- the day and the desk ---
    _one(
        "who is silent begins a day early in the View",
        SEEN,
        "sim/state/view.py",
        "(silence > market.silent_after)",
        "(silence >= market.silent_after)",
    ),
    _one(
        "silent from a day later on",
        FROM_LOG,
        "sim/law/numbers.py",
        "silent_after=engagement.silent_after,",
        "silent_after=engagement.silent_after + 1,",
    ),
    _one(
        "room at the desk is that of one chat",
        ROOM,
        "sim/firm/desk.py",
        "seconds(plan.parallel_chats * present)",
        "seconds(present)",
    ),
    TestedFault(
        Fault(
            "agents never have more than one chat",
            (
                Edit("sim/firm/desk.py", "last + 1), plan.parallel_chats,", "last + 1), 1,"),
                Edit("sim/firm/desk.py", "seconds(plan.parallel_chats * present)", "seconds(present)"),
            ),
        ),
        (KEYS,),
    ),
    # --- reports ---
    _one(
        "running sum of differences the wrong way round",
        DAYS,
        TABLES,
        "np.cumsum(own - base, axis=1)",
        "np.cumsum(base - own, axis=1)",
    ),
    _one(
        "figures leave out the first day",
        DAYS,
        TABLES,
        'rows["day"] >= run.warm_up',
        'rows["day"] > run.warm_up',
    ),
    _one(
        "title of the pairs takes more for better",
        TITLE,
        "experiments/report/figures.py",
        "ahead = (clear[0].difference > 0) == (answer.plan.sign > 0)",
        "ahead = clear[0].difference > 0",
    ),
    _one(
        "statement has a day more",
        SPAN,
        "experiments/runs/profit_statement.py",
        ".between(span[0], span[1] - 1)",
        ".between(span[0], span[1])",
    ),
    # --- the reader ---
    _one(
        "number of days of a rate is not read",
        QUANTITIES,
        "scenarios/values/quantities.py",
        "span = (_decimal(count) if count else Fraction(1)) * TIMES[time]",
        "span = TIMES[time]",
    ),
    _one(
        "end of a range of counts left open",
        CONDITIONS,
        "scenarios/values/conditions.py",
        'Range(low, high, high_closed=unit.kind == "count")',
        "Range(low, high, high_closed=False)",
    ),
    _one(
        "a bound that may be reached is read as one that may not",
        CONDITIONS,
        "scenarios/values/conditions.py",
        'match[1][0] == ">", len(match[1]) == 1, bound',
        'match[1][0] == ">", True, bound',
    ),
    # --- the books ---
    _one(
        "overtime is paid as other hours",
        OVERTIME,
        BOOKS,
        "overtime = money.overtime * money.wage *",
        "overtime = money.wage *",
    ),
    _one(
        "discount budget begins a day late",
        BUDGET,
        BOOKS,
        "if (state.day + 1) % WINDOW == 0:",
        "if state.day % WINDOW == 0:",
    ),
    _one(
        "coupons of the welcome cost no acquisition",
        WELCOME,
        BOOKS,
        'return programme == "welcome" or programme.startswith',
        "return programme.startswith",
    ),
)
