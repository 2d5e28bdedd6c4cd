"""Notes on a plan: messages that limits will keep back, big dates that the season lacks, claims that are not true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scenarios import load, notes, plan_notes

Write = Callable[..., Path]

HEAD = """
name = "Notes"
[market]
from = "library:base"
start_with = 100
[strategy.service]
unlimited = true
[run]
start = 2026-06-01
horizon = "180 d"
"""
DAILY = '[strategy.outreach.news]\nevery = "1 d"\nchannel = "direct"\ncontent = "value"\n'
SALE = """
[strategy.campaigns.sale]
on = ["618", 2026-08-01, 2026-11-10]
lasts = "2 d"
channel = "moments"
offer = { format = "percent", depth = "20 %" }
"""
SEASON = '[market.need.season.dates.singles]\non = ["double_11", "618"]\ndays = "1 d"\nmultiplier = "x 3"\n'


def test_a_message_a_day_over_a_channel_with_four_in_30_days(write: Write) -> None:
    (line,) = notes([write(text=HEAD + DAILY)])
    assert "outreach.news: up to 30 mass messages to a contact in 30 days over direct, which lets 4 through" in line


def test_personal_messages_have_no_limit_and_other_limits_may_be_stated(write: Write) -> None:
    assert notes([write(text=HEAD + DAILY + 'style = "personal"\n')]) == []
    assert notes([write(text=HEAD + "[market.media.direct]\nlimit_per_30d = 30\n" + DAILY)]) == []


def test_a_note_names_the_arm_where_others_differ(write: Write) -> None:
    every = "strategy.outreach.news.every"
    arms = f'[variants.often]\n{every} = "2 d"\n[variants.seldom]\n{every} = "10 d"\n'
    (line,) = plan_notes(load(write(text=HEAD + DAILY + arms)).arms)
    assert line.startswith("outreach.news: up to 15 mass")
    assert line.endswith("(arms: often)")


def test_a_campaign_on_a_big_date_that_the_season_lacks(write: Write) -> None:
    (line,) = notes([write(text=HEAD + SALE)])
    assert "campaigns.sale is held on 618 (2026-06-18), double_11 (2026-11-11), not in market.need.season.dates" in line
    assert notes([write(text=HEAD + SEASON + SALE)]) == []


def test_a_claim_above_what_is_given_is_forbidden(write: Write) -> None:
    sale = '[strategy.campaigns.sale]\nevery = "30 d"\nlasts = "2 d"\nchannel = "moments"\n'
    offer = 'offer = {{ format = "percent", depth = "10 %", claimed = "{}" }}\n'
    (line,) = notes([write(text=HEAD + sale + offer.format("50 %"))])
    assert (
        "campaigns.sale claims 50 % and gives 10 %: a claim above what is given is forbidden as false pricing" in line
    )
    assert "article 14" in line
    assert notes([write(text=HEAD + sale + offer.format("10 %"))]) == []


def test_a_campaign_that_is_never_held_and_one_that_is_not_always_announced(write: Write) -> None:
    days = 'on = ["618", 2026-08-01, 2026-11-10]'
    once = SALE.replace(days, 'every = "1 d"\nfirst = 2026-12-01').replace("2 d", "1 d")
    (line,) = notes([write(text=HEAD + once)])
    assert line.endswith("campaigns.sale has no day in the run of 180 days: it is never held")
    soon = SALE.replace(days, 'on = [2026-06-10, 2026-08-01, 2026-08-05]\nannounce = "10 d"')
    (line,) = notes([write(text=HEAD + soon)])
    assert "campaigns.sale of 2026-06-10, 2026-08-05 is not announced: 10 days before lie before the run" in line


def test_a_date_on_which_the_campaign_before_still_lasts(write: Write) -> None:
    days = 'on = ["618", 2026-08-01, 2026-11-10]'
    (line,) = notes([write(text=HEAD + SALE.replace(days, "on = [2026-07-01, 2026-07-02, 2026-07-03]"))])
    assert line.endswith("of 2026-07-02 is not held: the one before still lasts")


def test_an_announcement_is_one_of_the_messages(write: Write) -> None:
    days = 'on = ["618", 2026-08-01, 2026-11-10]'
    often = HEAD + SALE.replace(days, 'every = "8 d"').replace('"moments"', '"direct"')
    assert notes([write(text=often)]) == []
    (line,) = notes([write(text=often.replace('every = "8 d"', 'every = "8 d"\nannounce = "3 d"'))])
    assert "up to 8 mass messages to a contact in 30 days over direct, which lets 4 through" in line
