"""Faults of what a stated past is made of, is scored by and leaves: each with the tests that have to find it.

No question of the library has customers with a history, so that a baseline shows none of these.
"""

from __future__ import annotations

from benchmarks.planted_faults import Edit, Fault, TestedFault

OWN = "sim/past/own_customers.py"
NUMBERS = "sim/past/past_numbers.py"
COUPONS = "sim/firm/past_coupons.py"
NOTED = "sim/observers/exposure_record.py"
GIVEN = "sim/exposures.py"
OFFERS = "calibration/records/recorded_offers.py"
PEOPLE = "calibration/records/recorded_people.py"
DENSITY = "calibration/responses/response_density.py"
UNKNOWNS = "calibration/responses/unknowns.py"
PART = "calibration/responses/people_part.py"

SILENT, MEASURED, EVENTS = (f"sim/past/{name}.py" for name in ("silent_days", "measured_days", "past_events"))
SERVICE, DESKS = "sim/past/service_days.py", "sim/past/past_service.py"
COMPILED = (SILENT, MEASURED, EVENTS, SERVICE, "sim/past/regular_steps.py")

STOCKS = "tests/sim/test_reference_past.py::test_both_leave_the_same"
GOES_ON = "tests/sim/test_reference_past.py::test_both_go_on_with_the_same_events"
IMPOSSIBLE = "tests/sim/test_past_evidence.py::test_orders_on_a_day_without_area_count_as_the_page_says"
COUPON = "tests/sim/test_stated_past.py::test_a_coupon_from_before_day_one_holds_until_it_is_over"
EXPOSED = "tests/sim/test_exposures.py"
RECORDS = tuple(
    f"tests/calibration/test_records.py::test_{name}"
    for name in (
        "orders_entries_and_savings_are_those_of_the_shop",
        "a_calendar_against_a_plain_loop",
        "who_is_left_out_by_lot_holds_no_offer",
        "leads_become_people_without_orders",
        "who_orders_after_a_deletion_has_stayed",
        "complaints_of_whom_they_cannot_be",
        "redeemed_depth_where_none_is_stated",
        "paid_amounts_under_a_stated_percentage_become_list_values",
        "what_is_set_aside_is_counted",
        "a_history_comes_back_as_it_was_written",
    )
)
RECOVERY = "calibration/responses/history_recovery.py"
PLANTED = "tests/calibration/test_history_recovery.py"
USES, SHARE = "calibration/shares/redemption_evidence.py", "calibration/shares/share_draws.py"
ADDED, CONTACTS = "tests/calibration/test_added_contacts.py", "calibration/shares/added_contacts.py"
REDEEMED = "tests/calibration/test_redemption.py"
RESPONSES = tuple(
    f"tests/calibration/test_responses.py::test_{name}"
    for name in (
        "a_belief_is_standard_normal_in_z",
        "more_benefit_seekers_leave_the_rates_of_all_people_as_they_are",
        "what_orders_do_not_tell_of_keeps_its_prior",
        "weeks_begin_on_the_first_day",
        "part_of_the_people_and_of_the_days",
    )
)
COMPLAINT = "tests/sim/test_past_complaints.py::test_one_complaint_in_closed_form"
EXPECTED = "tests/sim/test_past_evidence.py::test_expected_orders_are_what_came_less_the_slope"
WEEKS = "tests/calibration/test_responses.py::test_without_shared_weeks_responses_look_far_too_sure"
LEVELS = "tests/calibration/test_shared_weeks.py"
OF_RATES = "tests/calibration/test_responses.py::test_levels_that_all_weeks_share_are_as_well_rates"
SEARCH = "tests/calibration/test_responses.py::test_the_best_fit_is_higher_than_the_truth"
SHOCKS = "calibration/responses/common_shocks.py"
MOVED = "tests/calibration/test_shop_season.py::test_shocks_and_few_orders_move_no_level"
CALENDAR = "calibration/levels/calendar_levels.py"
MOTIVES = "tests/calibration/test_motives.py::test_medians_go_together"


def _one(name: str, tests: str | tuple[str, ...], file: str, old: str, new: str) -> TestedFault:
    whose = (tests,) if isinstance(tests, str) else tests
    return TestedFault(Fault(name, (Edit(file, old, new),)), whose, file in COMPILED)


PAST_FAULTS = (
    # --- what the days of a history do, and how they are scored ---
    _one(
        "topics annoy twice whom the goods do not suit",
        STOCKS,
        NUMBERS,
        "topic = one.topic if fit else None",
        "topic = one.topic",
    ),
    _one(
        "everybody is taken to share a topic's interest",
        STOCKS,
        NUMBERS,
        "share = float(market.people.interests.get(topic, 0.0))",
        "share = 1.0",
    ),
    _one(
        "season of a history one day late",
        STOCKS,
        NUMBERS,
        "made = known_season(season, history.start, history.days)",
        "made = np.roll(known_season(season, history.start, history.days), 1)",
    ),
    _one(
        "coupons of a history release what waits as campaigns do",
        STOCKS,
        NUMBERS,
        "release[place] = repay if one.coupon else 1.0 / (days - day)",
        "release[place] = 1.0 / (days - day)",
    ),
    _one(
        "deletion of the last day is forgotten",
        STOCKS,
        SILENT,
        "gone = not so_far.hidden[i] and past.deleted[person] < past.days",
        "gone = not so_far.hidden[i] and past.deleted[person] < past.days - 1",
    ),
    _one(
        "a whole day counts on that of a deletion",
        STOCKS,
        MEASURED,
        "            area[i] *= 0.5\n",
        "            area[i] *= 1.0\n",
    ),
    _one(
        "a first order in a history teaches nothing",
        STOCKS,
        EVENTS,
        "so_far.factor[i] = math.exp(law.learning * saving)",
        "so_far.factor[i] = 1.0",
    ),
    _one(
        "an order on a day without area costs less than the page says",
        IMPOSSIBLE,
        EVENTS,
        "LEAST = 1e-300",
        "LEAST = 1e-30",
    ),
    _one(
        "a dispute counts as a deletion of the contact",
        "tests/sim/test_past_evidence.py::test_who_fell_out_with_the_shop_has_not_deleted_the_contact",
        SILENT,
        "elif gone and not past.disputed[person]:",
        "elif gone:",
    ),
    _one(
        "the welcome of a history brings no trust",
        STOCKS,
        EVENTS,
        "people.reals[c.NEWS, person] = law.welcome",
        "people.reals[c.NEWS, person] = 0.0 * law.welcome",
    ),
    _one(
        "the welcome of a history sells nothing",
        STOCKS,
        NUMBERS,
        "law = law_numbers(market, push or 0.0)",
        "law = law_numbers(market, 0.0)",
    ),
    _one(
        "the welcome of a stated strategy is not noted",
        EXPOSED,
        GIVEN,
        "welcome_push=None if welcome is None else welcome.push",
        "welcome_push=None",
    ),
    _one(
        "levels of weeks take regular orders for independent",
        LEVELS,
        SHOCKS,
        "    k, counts = gaps or WeekGaps(1.0, np.zeros((due.size, due.size)))\n",
        "    k, counts = WeekGaps(1.0, np.zeros((due.size, due.size)))\n",
    ),
    _one(
        "a gap between orders is in its first week alone",
        LEVELS,
        SHOCKS,
        "    sums = np.where(some, ends[None, 1:] - ends[:-1, None], 1.0)\n",
        "    sums = np.where(some, (ends[1:] - ends[:-1])[:, None] + 0.0 * counts, 1.0)\n",
    ),
    _one(
        "levels of weeks are above one in the mean",
        LEVELS,
        SHOCKS,
        "    mean = -0.5 * covariance.diagonal()",
        "    mean = 0.0 * covariance.diagonal()",
    ),
    _one(
        "shocks of weeks lower the lasting level",
        MOVED,
        CALENDAR,
        " - moved[:weeks] + 0.5 * shock**2)\n",
        " - moved[:weeks])\n",
    ),
    _one("few orders lower the lasting level", MOVED, CALENDAR, " * noise) + LEAST * noise\n", " * noise)\n"),
    _one(
        "products of numbers tell nothing of a KPI",
        "tests/calibration/test_targets.py::test_numbers_are_found_whose_effect_turns_with_another",
        "calibration/targets/emulator.py",
        "        terms = np.hstack([terms, x * x[:, [one]]])\n",
        "        terms = np.hstack([terms, 0.0 * x])\n",
    ),
    _one(
        "runs after matching have random numbers of their own",
        "tests/calibration/test_targets.py::test_runs_before_and_after_differ_by_what_was_learned_alone",
        "calibration/targets/history_matching.py",
        "again=True)",
        "again=False)",
    ),
    _one(
        "rates are known before the orders",
        OF_RATES,
        SHOCKS,
        "    shape = max(shape, MORE_KNOWN * float(due.sum()))\n",
        "    shape = 1e12\n",
    ),
    _one(
        "steps of the search are as long as scores make them",
        SEARCH,
        "calibration/responses/best_fit.py",
        "        there = _as_far_as_it_gains(density, z, step, there)\n",
        "",
    ),
    _one(
        "nobody whom a complaint has ended with is silent",
        COMPLAINT,
        SERVICE,
        "so_far.stopped[i] += chance * contact",
        "so_far.stopped[i] += 0.0 * chance * contact",
    ),
    _one(
        "an open complaint weighs from the second morning on",
        COMPLAINT,
        SERVICE,
        "if known.opened[j] < day else 1.0",
        "if known.opened[j] < day - 1 else 1.0",
    ),
    _one(
        "an order that a complaint is about counts as made before it",
        COMPLAINT,
        DESKS,
        "opened[rows], resolved[rows], orders[rows] - 1)",
        "opened[rows], resolved[rows], orders[rows])",
    ),
    # --- what it leaves on day one ---
    _one(
        "share of benefit-seekers is not passed on to day one",
        GOES_ON,
        OWN,
        "seeks = _draws(key, who, Decision.MOTIVE) * suits < seeker",
        "seeks = _draws(key, who, Decision.MOTIVE) * suits < 0.0 * seeker",
    ),
    _one(
        "price sensitivity of benefit-seekers is not passed on",
        GOES_ON,
        OWN,
        "np.where(seeks, market.people.seeker_price, 1.0)",
        "np.where(seeks, 1.0, 1.0)",
    ),
    _one(
        "learning of a first order is not passed on",
        GOES_ON,
        OWN,
        "/ (alpha + end) * learned",
        "/ (alpha + end)",
    ),
    _one("list value forgotten on day one", GOES_ON, OWN, "customers.list_value", "customers.spent"),
    _one(
        "who has stayed through a history leaves like a newcomer",
        GOES_ON,
        OWN,
        "*= 1.0 + here.of(past.delete_end) / market.optout.shape",
        "*= 1.0",
    ),
    _one(
        "days before the history forgotten",
        STOCKS,
        "sim/past/past_state.py",
        "before=before[made.order]",
        "before=0.0 * before",
    ),
    _one(
        "coupon of before day one holds a day longer",
        (GOES_ON, COUPON),
        COUPONS,
        "one.first + one.days - 1 - today",
        "one.first + one.days - today",
    ),
    _one(
        "coupon used on the last day is still held",
        (GOES_ON, COUPON),
        COUPONS,
        "~used_on_last_day(history)",
        "held > 0",
    ),
    # --- what a strategy sent and offered ---
    _one(
        "messages of a stated strategy one day late",
        EXPOSED,
        NOTED,
        "                PastMessage(\n                    state.day,",
        "                PastMessage(\n                    state.day + 1,",
    ),
    _one(
        "campaigns are noted one day late",
        EXPOSED,
        NOTED,
        "state.day + one.days_left - lasts",
        "state.day + one.days_left - lasts + 1",
    ),
    _one(
        "who entered is written to one day late",
        EXPOSED,
        GIVEN,
        "people.entering(state.day + 1)",
        "people.entering(state.day)",
    ),
    _one(
        "deleted contacts are still written to",
        EXPOSED,
        GIVEN,
        "        leave(state, exposed.row_of[people.leaving(state.day)])\n",
        "",
    ),
    _one("orders at full price use coupons", EXPOSED, GIVEN, "    if past.savings_known:\n", "    if False:\n"),
    _one(
        "campaigns of a history are good or bad by chance",
        EXPOSED,
        GIVEN,
        "offers = replace(market.offers, campaign_spread=0.0)",
        "offers = market.offers",
    ),
    # --- what records say ---
    _one(
        "messages in records one day late",
        RECORDS,
        "calibration/records/touch_records.py",
        '"day": rows["time"],',
        '"day": rows["time"] + 1,',
    ),
    TestedFault(
        Fault(
            "offers in records held one day longer",
            (
                Edit(OFFERS, "(day <= self.entry.last)", "(day <= self.entry.last + 1)"),
                Edit(OFFERS, "min(one.entry.last, past.days - 1) + 1", "min(one.entry.last + 1, past.days - 1) + 1"),
            ),
        ),
        RECORDS,
    ),
    _one(
        "who was left out by lot holds the offer",
        RECORDS,
        OFFERS,
        'since[out["person"].to_numpy()] = entry.last + 1',
        'since[out["person"].to_numpy()[:0]] = entry.last + 1',
    ),
    _one(
        "mean depth of coupons in the place of the median",
        RECORDS,
        OFFERS,
        "float(np.median(own)) if own.size",
        "float(np.mean(own)) if own.size",
    ),
    _one(
        "leads are followed from the day of adding",
        RECORDS,
        "calibration/records/shop_records.py",
        "np.maximum(people.added + 1, 0)",
        "np.maximum(people.added, 0)",
    ),
    _one(
        "list value is what was paid",
        RECORDS,
        "calibration/records/list_values.py",
        "np.rint(cents / (1.0 - depth))",
        "np.rint(cents)",
    ),
    _one(
        "savings by the rows of the orders' file",
        RECORDS,
        "calibration/records/list_values.py",
        'depth[np.argsort(person, kind="stable")]',
        "depth",
    ),
    _one(
        "who is not known to have left has stayed",
        RECORDS,
        PEOPLE,
        "known = leads.deletions and np.unique(at[matched]).size == ids.size",
        "known = leads.deletions",
    ),
    _one(
        "complaints of who had not ordered are kept",
        RECORDS,
        "calibration/records/ticket_records.py",
        "about_none[~early]",
        "about_none[~early] & False",
    ),
    _one("orders after a deletion are left alone", RECORDS, PEOPLE, "        deleted[back] = NO_DAY\n", ""),
    _one("coupons that stack tell of their use", REDEEMED, USES, " and not one.offer.stacks", ""),
    _one(
        "orders that saved nothing tell of no coupon",
        REDEEMED,
        USES,
        "np.where(tells[held] & ~other, saved, -1)",
        "np.where(tells[held] & ~other & saved, 1, -1)",
    ),
    _one(
        "the belief about coupons counts twice",
        REDEEMED,
        SHARE,
        "- 0.5 * middle**2",
        "- middle**2",
    ),
    _one("any saving is taken for that of a coupon", REDEEMED, USES, "tells[held] & ~other", "tells[held]"),
    _one("campaigns tell of their use as coupons do", REDEEMED, USES, "one.coupon and one.offer", "one.offer"),
    _one("contacts of all days count", ADDED, CONTACTS, "last - RECENT, int", "last - 10 * RECENT, int"),
    _one("weeks of contacts vary as by chance", ADDED, CONTACTS, "max(spread, 1.0)", "1.0"),
    _one("the first contact counts", ADDED, CONTACTS, "day > before", "day >= before"),
    _one("a hook is an add rate", ADDED, CONTACTS, "plan.hook is not None", "False"),
    # --- need and responses ---
    _one(
        "shared weeks left out",
        WEEKS,
        DENSITY,
        "        if not self.shared:\n            return SharedWeeks(",
        "        if True:\n            return SharedWeeks(",
    ),
    _one("prior counted twice", RESPONSES, DENSITY, "- 0.5 * float(z @ z)", "- float(z @ z)"),
    _one(
        "precision of the prior counted twice",
        RESPONSES,
        DENSITY,
        "np.eye(z.size) + not_negative",
        "2.0 * np.eye(z.size) + not_negative",
    ),
    _one(
        "weeks begin one day late",
        RESPONSES,
        DENSITY,
        "np.add.reduceat(daily, 7",
        "np.add.reduceat(np.roll(daily, -1), 7",
    ),
    _one("first orders count as repeats", RESPONSES, PART, "    repeat[first] = False\n", ""),
    _one(
        "a history is cut one day late",
        RESPONSES,
        PART,
        "early = known.order_day < days",
        "early = known.order_day <= days",
    ),
    _one(
        "middle of a belief in the place of its median",
        RESPONSES,
        UNKNOWNS,
        '("_middle", found[1])',
        '("_middle", 0.5 * (found[0] + found[2]))',
    ),
    _one(
        "more benefit-seekers lower the rate of all",
        RESPONSES,
        UNKNOWNS,
        "value[..., self._rates] = self._with_motives(value, forth=True)",
        "value[..., self._rates] = value[..., self._rates]",
    ),
    _one(
        "means in the place of medians of the law of rates",
        MOTIVES,
        "calibration/responses/motives.py",
        "np.atleast_1d(column.median())",
        "np.atleast_1d(column.mean())",
    ),
    _one("planted people come in a day late", PLANTED, RECOVERY, "(np.int64) - 1, 0)", "(np.int64), 0)"),
    _one(
        "first orders of planted people come when they come",
        PLANTED,
        RECOVERY,
        "np.abs(own[:, None] - first)",
        "np.abs(0 * own[:, None] + 0 * first)",
    ),
    _one(
        "gaps between regular orders explain none of what is expected",
        EXPECTED,
        "sim/past/regular_steps.py",
        "expected[day] -= weight * rates[day] / gap",
        "expected[day] -= 0.0 * rates[day] / gap",
    ),
    _one(
        "levels are those of weeks that end with the history",
        RESPONSES,
        "calibration/responses/fitted_under_history.py",
        "daily[: 7 * weeks]",
        "daily[-7 * weeks :]",
    ),
)

UNCHANGED = TestedFault(Fault("(none)", ()), tuple(sorted({file for one in PAST_FAULTS for file in one.tests})))
"""No fault: all of these tests pass."""
