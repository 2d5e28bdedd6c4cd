"""Every mistake in a file has its place and what was got; the sentence made of the parts is tested once."""
# ruff: noqa: E501

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import InputError, load, load_many, validate
from scenarios.errors import InvalidValue
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

CARE, OFFER = "[strategy.outreach.care]", 'offer   = { format = "percent", depth = "15 %" }'


STRATEGY = [
    ('every   = "10 d"', 'evry = "10 d"', Parts("strategy.outreach.care.evry", "'evry'", "'every'")),
    ('every   = "10 d"', "every = 10", Parts("strategy.outreach.care.every", "10", '"1.5 shop cycles"')),
    ('every   = "10 d"', "", Parts("strategy.outreach.care", "none", "every, on, after")),
    ('every   = "10 d"', 'every = "10 d"\non = [2026-02-01]', Parts("care", "every and on", "every, on, after")),
    ('every   = "10 d"', "on = [2026-03-01, 2026-02-01]", Parts("strategy.outreach.care.on", "2026-03-01, 2026-02-01")),
    ('every   = "10 d"', 'on = ["2026-03-01"]', Parts("care.on", "'2026-03-01'", "618")),
    ('every   = "10 d"', "on = ['duoble_11']", Parts("care.on", "'duoble_11'", "'double_11'")),
    ('every   = "10 d"', "on = [618]", Parts("care.on", "618", "'618'")),
    ('every   = "10 d"', "on = ['618', '618']", Parts("care.on", "618, 618")),
    ('every   = "30 d"', 'every = "1 own cycle"', Parts("campaigns.rhythm.every", "own cycles")),
    ('every   = "30 d"', 'every = "2 d"', Parts("strategy.campaigns.rhythm.every", "2 d", "3 d")),
    ('every   = "30 d"', 'every = { median = "30 d", p5 = "10 d", p95 = "60 d" }', Parts("every", "{'median': '30 d', 'p5': '10 d', 'p95': '60 d'}")),
    ('lasts   = "3 d"', 'lasts = { median = "3 d", p5 = "1 d", p95 = "6 d" }', Parts("strategy.campaigns.rhythm.lasts", "{'median': '3 d', 'p5': '1 d', 'p95': '6 d'}")),
    ('lasts   = "3 d"', 'lasts = "2 d"', Parts("phases", "3", "2")),
    ('lasts   = "3 d"', "lasts = 3", Parts("campaigns.rhythm.lasts", "3", '"10 d"')),
    ('lasts   = "3 d"', 'lasts = "3 CNY"', Parts("strategy.campaigns.rhythm.lasts", "'3 CNY'", '"10 d"')),
    ('"deadline"]', '"deadlin"]', Parts("strategy.campaigns.rhythm.phases", "'deadlin'", "'deadline'")),
    ('channel = "direct"', 'channel = "dirct"', Parts("care.channel", "'dirct'", "'direct'")),
    ('content = "care"', 'content = "spam"', Parts("content", "'spam'", "care, interaction, offer, value")),
    ('content = "care"', "", Parts("strategy.outreach.care", "none", "content, mix")),
    ('"repeater"]', '"drifted"]', Parts("care.who.stage", "'drifted'")),
    ('"repeater"]', '"lost"]', Parts("strategy.outreach.care.who.stage", "'lost'")),
    ('"repeater"]', '"disputed"]', Parts("strategy.outreach.care.who.stage", "'disputed'")),
    ('"repeater"]', '"repeatr"]', Parts("who.stage", "'repeatr'", "'repeater'")),
    ('tenure = "< 90 d"', 'tenure = "90 d"', Parts("who.tenure", "'90 d'", '"10 d .. 30 d"')),
    ('tenure = "< 90 d"', 'source = "tiktok"', Parts("who.source", "'tiktok'")),
    ('"20:00"', '"8 pm"', Parts("care.at", "'8 pm'", '"20:00"')),
    ("agents = 5", 'agents = "5"', Parts("strategy.service.agents", "'5'", "5")),
    ("agents = 5", "agents = 2.5", Parts("strategy.service.agents", "2.5")),
    ("agents = 5", "agents = -1", Parts("strategy.service.agents", "-1", "0 to 10000")),
    ("agents = 5", "agents = inf", Parts("strategy.service.agents", "inf")),
    ("agents = 5", "agents = nan", Parts("strategy.service.agents", "nan")),
    ("agents = 5", "agents = 99999999999999999999999999", Parts("strategy.service.agents", "99999999999999999999999999")),
    ("agents = 5", "agents = true", Parts("strategy.service.agents", "True", "5")),
    ("agents = 5", "off = true", Parts("strategy.service.off", "'off'")),
    ("agents = 5", 'priority = ["complaint", "complaint"]', Parts("strategy.service.priority", "complaint, complaint")),
    ("agents = 5", "", Parts("strategy.service", "", "unlimited = true")),
    ("agents = 5", "agents = 5\nunlimited = true", Parts("strategy.service.agents", "5", "no agents")),
    ("agents = 5", "unlimited = true\nbot = true", Parts("strategy.service.bot", "True", "no bot")),
    ("agents = 5", 'agents = 5\nbot = "yes"', Parts("strategy.service.bot", "'yes'", "true")),
    ("agents = 5", "shifts = [{ agents = 2 }]", Parts("strategy.service.hours", "'09:00-21:00'", "no hours")),
    ('agents = 5\nhours  = "09:00-21:00"', "agents = 5\nshifts = [{ agents = 2 }]", Parts("strategy.service.agents", "5", "no agents")),
    ('agents = 5\nhours  = "09:00-21:00"', 'shifts = [{ agents = 2, skills = "pre_sale" }]', Parts("service.shifts", "", "that skill")),
    ('agents = 5\nhours  = "09:00-21:00"', 'shifts = [{ agents = 2, days = ["mon", "mon"] }]', Parts("shifts.1.days", "mon, mon")),
    ('agents = 5\nhours  = "09:00-21:00"', 'shifts = [{ agents = 2, days = ["monday"] }]', Parts("shifts.1.days", "'monday'", "'mon'")),
    ('agents = 5\nhours  = "09:00-21:00"', "shifts = [{ agents = 0 }]", Parts("shifts.1.agents", "0", "1 to 10000")),
    ('agents = 5\nhours  = "09:00-21:00"', "shifts = [{ agents = 2, hired = 2027-01-01 }]", Parts("shifts.1.hired", "2027-01-01", "the end of the run")),
    ("agents = 5", "agents = 5\nrefund_within = 48", Parts("service.refund_within", "48", "10 d")),
    ("agents = 5", 'agents = 5\ncompensation = { kind = "cash", share = "10 %" }', Parts("compensation.kind", "'cash'", "money")),
    ("agents = 5", 'agents = 5\ncompensation = { kind = "money", share = "110 %" }', Parts("compensation.share", "'110 %'")),
    ("agents = 5", 'agents = 5\ncompensation = { kind = "money" }', Parts("compensation.share", "", "a share")),
    ("agents = 5", 'agents = 5\nescalate = { stage = "rich" }', Parts("service.escalate.stage", "'rich'")),
    ("agents = 5", 'agents = 5\nclosed_on = ["xmas"]', Parts("service.closed_on", "'xmas'")),
    ("agents = 5", 'agents = 5\npersonal_backlog = "31 d"', Parts("service.personal_backlog", "'31 d'")),
    ("agents = 5", 'agents = 5\novertime = "25 h"', Parts("service.overtime", "'25 h'")),
    ("agents = 5", 'agents = 5\nfirst = { tag = "tea" }', Parts("service.first.tag", "'tea'")),
    ("agents = 5", 'reply_time = "2 min"', Parts("strategy.service.reply_time", "'reply_time'")),
    ('"09:00-21:00"', '"21:00-09:00"', Parts("hours", "'21:00-09:00'", '"21:00-24:00" and "00:00-09:00"')),
    ('"09:00-21:00"', '"always"', Parts("hours", "'always'", '"09:00-21:00"')),
    (CARE, "[strategy.outreach.'a b']", Parts("strategy.outreach.'a b'", "'a b'")),
    (CARE, "[strategy.delivery]\ncarrier = 'drone'\n" + CARE, Parts("carrier", "'drone'", "fast, standard")),
    (CARE, "[strategy.delivery]\npromise = '4 d'\n" + CARE, Parts("delivery.promise", "4 d", "a carrier")),
    (CARE, "[strategy.acquisition.kiosk]\n" + CARE, Parts("strategy.acquisition.kiosk", "'kiosk'")),
    (CARE, "[[strategy.campaigns.x]]\n" + CARE, Parts("strategy.campaigns.x", "[{}]")),
    (OFFER, "", Parts("strategy.campaigns.rhythm.offer")),
    (OFFER, 'offer = { format = "gifts" }', Parts("offer.format", "'gifts'", "'gift'")),
    (OFFER, 'offer = { depth = "15 %" }', Parts("offer.format")),
    (OFFER, 'offer = { format = "percent" }', Parts("offer.depth")),
    (OFFER, 'offer = { format = "lottery", depth = "5 %" }', Parts("depth", "depth")),
    (
        OFFER,
        'offer = { format = "lottery", prizes = [{ chance = "60 %", off = "1 CNY" }, { chance = "50 %", off = "2 CNY" }] }',
        Parts("offer.prizes", "110 %", "100 %"),
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "200 CNY", off = "9 CNY" }, { spend = "99 CNY", off = "5 CNY" }] }',
        Parts("offer.steps", "200 CNY, 99 CNY"),
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "20 CNY", off = "30 CNY" }] }',
        Parts("offer.steps", "30 CNY off", "20 CNY"),
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "99 CNY", off = "9 CNY" }, { spend = "200 CNY", off = "5 CNY" }] }',
        Parts("offer.steps", "9 CNY, 5 CNY"),
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "20 EUR", off = "3 CNY" }] }',
        Parts("offer.steps.1.spend", "'20 EUR'"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "parts"), STRATEGY, ids=range(len(STRATEGY)))
def test_strategy(write: Write, old: str, new: str, parts: Parts) -> None:
    parts.raised_by(load, write(**{old: new}))


MARKET = [
    ("[market.fatigue]\nhalf_lif = '9 d'", Parts("q.toml:29: market.fatigue.half_lif", "'half_lif'", "'half_life'")),
    ("[market.fatigue]\nhalf_life = 9", Parts("q.toml:29: market.fatigue.half_life", "9", '"10 d"')),
    ("[market.fatigue]\nhalf_life = '9 %'", Parts("market.fatigue.half_life", "'9 %'")),
    ("[market.fatigue]\nhalf_life = '99999 d'", Parts("market.fatigue.half_life", "'99999 d'", "864 s to 3650 d")),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='10 d', p95='30 d'}", Parts("market.fatigue.half_life", "'10 d', '9 d', '30 d'", "p5 <= median")),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='10 d'}", Parts("market.fatigue.half_life.p95", "", "p5")),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='1 d', p95='30 d', p99='90 d'}", Parts("half_life.p99", "'p99'", "'p95'")),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5=1, p95='30 d'}", Parts("half_life.p5", "1")),
    ("[market.fatigue]\nhalf_life = {value='9 d', source=7}", Parts("half_life.source", "7")),
    ("[market.people]\nfit = {median='50 %', p5='20 %', p95='100 %'}", Parts("fit", "'20 %', '100 %'")),
    ("[market.money]\ncurrency = 'yuan'", Parts("market.money.currency", "'yuan'")),
    ("[market.money]\ncurrency = 'EUR'", Parts("market.spend.mean.p5", "'80 CNY'")),
    ("[market.need.season]\nweekday = [1, 1, 1]", Parts("season.weekday", "3 with mean 1")),
    ("[market.need.season]\nweekday = [1, 1, 1, 1, 1, 1, 2]", Parts("market.need.season.weekday", "7 with mean 1.143")),
    ("[market.need.season]\nyearly = [1, 1]", Parts("season.yearly", "2 with mean 1")),
    ("[market.need.season]\nyearly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4]", Parts("season.yearly", "12 with mean 1.25")),
    ("[market.need.season.dates.a]\non = []\ndays = '3 d'\nmultiplier = 'x 2'", Parts("market.need.season.dates.a.on", "none")),
    ("[market.need.season.dates.a]\non = 'dubble_11'\ndays = '3 d'\nmultiplier = 'x 2'", Parts("dates.a.on", "'dubble_11'", "'double_11'")),
    ("[market.need.season.dates.a]\non = '618'\ndays = 3\nmultiplier = 'x 2'", Parts("dates.a.days", "3")),
    ("[market.need.season.dates.a]\non = [2026-03-01, 2026-02-01]\ndays = '3 d'\nmultiplier = 'x 2'", Parts("dates.a.on", "2026-03-01, 2026-02-01")),
    ("[market.people]\ninterests = { a = '70 %', b = '40 %' }", Parts("people.interests", "110 %", "100 %")),
    ("[market.people]\nfit = '20 %'", Parts("market.lead.first_order_7d", "25 %", "20")),
    ("[market.engagement]\nsilent_after = '30 d'", Parts("market.engagement.silent_after", "30 d", "30")),
    ("[market.engagement]\nsilent_after = '3.5 d'", Parts("market.engagement.silent_after", "'3.5 d'")),
    ("[market.attention]\ngolden_hours = '07:00-09:00'", Parts("market.attention.golden_hours", "'07:00-09:00'")),
    ("[market.attention]\ngolden_hours = ['09:00-07:00']", Parts("market.attention.golden_hours", "'09:00-07:00'")),
    ("[market.attention]\ngolden_hours = ['9 am']", Parts("golden_hours", "'9 am'", '"09:00-21:00"')),
    ("[market.media.group]\nsuits.intraction = 'x 2'", Parts("media.group.suits.intraction", "'intraction'", "'interaction'")),
    ("[market.media.group]\nleaves = 'shop'", Parts("market.media.group.leaves", "'shop'", "channel, contact")),
    ("[market.media.group]\nlimit_per_day = '1'", Parts("group.limit_per_day", "'1'")),
    ("[market.offers.effort]\ncoupon = '+0.1 log'", Parts("market.offers.effort.coupon", "'coupon'", "amount, flash, gift")),
    ("[market.offers.effort]\ngift = '-0.1 log'", Parts("market.offers.effort.gift", "'-0.1 log'", "0 log to +10 log")),
    ("[market.extra]\nrain = '+0.1 log'", Parts("market.extra.rain", "'+0.1 log'")),
    ("[market.carriers.fast]\ndays = {median='1 d', p5='2 d', p95='3 d'}", Parts("carriers.fast.days", "2, 1, 3 d")),
    ("[market.media.mail]\nreach = '9 %'", Parts("market.media.mail.cost", "", '"85 CNY"')),
    ("[market.media]\ndirect.off = 'yes'", Parts("market.media.direct.off", "'yes'")),
    ("[market]\nposterior = 'no.parquet'", Parts("q.toml:28", "'[market]'")),
    ("[market.service]\nstop_resolved = '10 %'", Parts("q.toml:29: market.service.stop_resolved", "'stop_resolved'", "market.service.stop")),
    ("[market.service]\nchargeback = '150 %'", Parts("market.service.chargeback", "'150 %'", "0 % to 100 %")),
    ("[market.service]\nhandling = '5 min'", Parts("market.service.handling", "'5 min'")),
    ("[markets]\nx = 1", Parts("q.toml:28: markets", "'markets'", "'market'")),
    ("[compare]\nkpi = 'profits'", Parts("q.toml:29: compare.kpi", "'profits'", "'profit'")),
    ("[compare]\nalso = ['gmvv']", Parts("compare.also", "'gmvv'", "'gmv'")),
    ("[compare]\nsubject_to = { optout = '< 2 %' }", Parts("compare.subject_to.optout", "'optout'", "'optout_rate'")),
    ("[compare]\nsubject_to = { optout_rate = '2 %' }", Parts("compare.subject_to.optout_rate", "'2 %'")),
    ("[compare]\nagainst = 'eight'", Parts("q.toml:29: compare.against", "'eight'")),
    ("[compare]\nconfidence = '20 %'", Parts("compare.confidence", "'20 %'", "50 % to 99.99 %")),
    ("[compare]\nmatch = 1", Parts("compare.match", "'match'")),
    ("[variants.a]\nmarket.fatigue.half_life = '9 d'", Parts("variants.a.market", "market")),
    ("[variants.a]\nrun.seed = 2", Parts("variants.a.run", "run")),
    ("[variants.a]\nservice.agents = 2", Parts("variants.a.service", "'service'")),
    ("[variants.a]\nstrategy.service.agent = 2", Parts("q.toml:29: strategy.service.agent", "'agent'", "'agents'")),
    ("[variants.base]\nstrategy.service.agents = 2", Parts("variants.base")),
    ("[variants]\na = 3", Parts("variants.a", "3")),
    ("[variants.'a ']", Parts("variants.'a '", "'a '", "without spaces around it")),
    (f"[variants.{'x' * 61}]", Parts("x", "61", "at most 60 characters")),
]  # fmt: skip


@pytest.mark.parametrize(("add", "parts"), MARKET, ids=range(len(MARKET)))
def test_market_variants_and_compare(write: Write, add: str, parts: Parts) -> None:
    error = parts.raised_by(load, write(add="\n" + add))
    assert re.match(r"(q|library/base|library/markets/strong_brand)\.toml:\d+(: |$)", error.place)


TOP = [
    ("", Parts("q.toml:1")),
    ("\n \n", Parts("q.toml:1")),
    ("name = 1\n[run]\nstart = 2026-01-01\n[strategy.service]\nunlimited = true", Parts("q.toml:1: name", "1")),
    ("format = 2", Parts("q.toml:1: format", "2", "1")),
    ("[strategy]", Parts("run.start", "", "2026-01-31")),
    ("[run]\nstart = 'now'", Parts("q.toml:2: run.start", "'now'", "2026-01-31")),
    ("[run]\nstart = 2026-01-01T10:00:00", Parts("run.start", "'2026-01-01T10:00:00'")),
    ("[run]\nstart = 2026-01-01\nhorizon = '1.5 d'", Parts("run.horizon", "'1.5 d'")),
    ("[run]\nstart = 0001-12-31", Parts("run.start", "0001-12-31", "0002-01-02 to 9998-12-31")),
    ("[run]\nstart = 2026-01-01\nseed = -1", Parts("run.seed", "-1")),
    ("run = 3", Parts("q.toml:1: run", "3")),
    ("a = 1\nb = 2\na = 3\n", Parts("q.toml:3", "'a = 3'")),
    ("[run]\n[run]\n", Parts("q.toml:2", "'[run]'")),
    ("a = {b = 1, b = 2}", Parts("q.toml:1", "'a = {b = 1, b = 2}'")),
    ("a = [1,\n", Parts("q.toml:1", "'a = [1,'")),
    ("a == 1", Parts("q.toml:1", "'a == 1'")),
    ("a = " + "9" * 5000, Parts("q.toml:1", "", "30")),
    ("a = " + "[" * 100_000, Parts("q.toml:1", "hundreds")),
    (".".join("a" * 5000) + " = 1", Parts("q.toml:1", "hundreds")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), TOP, ids=range(len(TOP)))
def test_whole_files(write: Write, text: str, parts: Parts) -> None:
    parts.raised_by(load, write(text=text))


def test_bytes_that_are_no_text(project: Path) -> None:
    cases = {
        b"\x89PNG\r\n\x00\x00": Parts("q.toml:1", "a binary file"),
        b"name = 'x'\n# \xff": Parts("q.toml:2", "byte 0xff"),
        "name = 'x'".encode("utf-16"): Parts("q.toml:1", "UTF-16"),
        b"#" * 2_000_001: Parts("q.toml", "2000001", "2000000"),
    }
    for data, parts in cases.items():
        Path("q.toml").write_bytes(data)
        parts.raised_by(load, "q.toml")


def test_a_byte_order_mark_is_ignored(write: Write) -> None:
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path).arms["base"].strategy.service.agents == 5


def test_files_that_are_not_there(project: Path) -> None:
    Parts("no.toml").raised_by(load, "no.toml")
    Parts(".", "a folder").raised_by(load, project)
    Parts("library:strong_brnd", "'strong_brnd'", "'strong_brand'").raised_by(load, "library:strong_brnd")
    Parts("library:../base", "'../base'").raised_by(load, "library:../base")
    Parts().raised_by(load, "x\0y")


def test_parents_in_a_circle(write: Write) -> None:
    write("a.toml", text='extends = "b.toml"')
    write("b.toml", text='name = "b"\nextends = "a.toml"')
    Parts("b.toml:2: extends", "a.toml -> b.toml -> a.toml").raised_by(load, "a.toml")
    write("m.toml", text='[market]\nfrom = "m.toml"')
    write(**{"library:strong_brand": "m.toml"})
    Parts("m.toml:2: market.from", "m.toml -> m.toml").raised_by(load, "q.toml")


def test_references_outside_the_project(write: Write, tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text("[market]\n")
    Path("inside.toml").symlink_to(tmp_path / "outside.toml")
    for outside in ("../outside.toml", "inside.toml", "/etc/passwd"):
        write(**{"library:strong_brand": outside})
        Parts("q.toml:4: market.from", repr(outside), str(Path.cwd())).raised_by(load, "q.toml")
    write(**{"library:strong_brand": "gone.toml"})
    Parts("q.toml:4: market.from", "'gone.toml'").raised_by(load, "q.toml")
    write(text="extends = 5")
    Parts("extends", "5", "library:NAME").raised_by(load, "q.toml")


def test_a_market_file_holds_a_market_only(write: Write) -> None:
    write("m.toml", text="[market]\n[strategy.service]\nagents = 3\n")
    write(**{"library:strong_brand": "m.toml"})
    Parts("m.toml:2: strategy", "'strategy'").raised_by(load, "q.toml")
    write("m.toml", text='extends = "library:base"\n[market]\nfrom = "library:base"\n')
    Parts("m.toml:3: market.from", "both").raised_by(load, "q.toml")
    write("m.toml", text="name = 'm'\n")
    Parts("m.toml:1: market", "", "[market]").raised_by(load, "q.toml")


def test_arms_from_files_share_market_and_run(write: Write) -> None:
    one = write("one.toml")
    other = write("two.toml", **{'"Small"': '"Other"', "2026-01-01": "2026-02-01"})
    Parts("two.toml: run", "", "one.toml").raised_by(load_many, [one, other])
    other = write("two.toml", add="[market.lead]\nhot_half_life = '2 d'", **{'"Small"': '"Other"'})
    Parts("two.toml: market", "", "one.toml").raised_by(load_many, [one, other])
    Parts("two.toml: name", "'Small'").raised_by(load_many, [one, write("two.toml")])
    other = write("two.toml", add="[variants.a]\n", **{'"Small"': '"Other"'})
    Parts("two.toml: variants", "1").raised_by(load_many, [one, other])


def test_validate_gives_a_line_a_file(write: Write) -> None:
    good, bad = write("good.toml"), write("bad.toml", **{"agents = 5": "agents = -1"})
    assert validate([good]) == []
    problems = validate([bad, good, "gone.toml"])
    assert [text.split(":")[0] for text in problems] == ["bad.toml", "gone.toml"]


def test_the_sentence_is_built_from_the_parts() -> None:
    """The one test of the wording: how problem, place, expected and got become a line."""
    full = InputError("unknown key", place="q.toml:3: run.sed", expected="seed", got="'sed'")
    assert str(full) == "q.toml:3: run.sed: unknown key; expected seed, got 'sed'"
    assert str(InputError(place="q.toml", expected="a text", got="3")) == "q.toml: expected a text, got 3"
    assert str(InputError("no such file", place="q.toml")) == "q.toml: no such file"
    assert str(InputError(expected="a text")) == "expected a text"
    assert str(InputError("a\nb\r\nc")) == "a b c"
    long = InputError("a", place="b", expected="c" * 100_000, got="d" * 100_000)
    assert len(str(long)) < 1100
    assert long.expected.endswith("c...")


def test_an_error_keeps_its_parts_on_its_way_to_another_process() -> None:
    for error in (InputError("a", place="b", expected="c", got="d"), InvalidValue(expected="c", got="d")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    placed = InvalidValue(expected="c", got="d").at("b")
    assert (type(placed), str(placed)) == (InputError, "b: expected c, got d")
