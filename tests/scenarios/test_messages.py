"""Every mistake gives one line: file, line, path, what is wrong, what is allowed, what was got."""
# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import InputError, load, load_many, validate
from scenarios.errors import InputError as TheError

Write = Callable[..., Path]
Complaint = Callable[[Path | str], str]

CARE, OFFER = "[strategy.outreach.care]", 'offer   = { format = "percent", depth = "15 %" }'


STRATEGY = [
    ('every   = "10 d"', 'evry = "10 d"', "strategy.outreach.care.evry: unknown key; did you mean 'every'? allowed after, at, "),
    ('every   = "10 d"', "every = 10", 'is not a rhythm; allowed "15 d", "1.5 shop cycles" or "1 own cycle"; got 10'),
    ('every   = "10 d"', "", "strategy.outreach.care: must say when; allowed exactly one of every, on, after; got none"),
    ('every   = "10 d"', 'every = "10 d"\non = [2026-02-01]', "care: must say when; allowed exactly one of every, on, after; got every and on"),
    ('every   = "10 d"', "on = [2026-03-01, 2026-02-01]", "strategy.outreach.care.on: is out of order"),
    ('every   = "10 d"', 'on = ["2026-03-01"]', "care.on: is no day; allowed 618, chinese_new_year, double_11, double_12, labour_day, mid_autumn, womens_day, or a TOML date such as 2026-01-31, without quotes; got '2026-03-01'"),
    ('every   = "10 d"', "on = ['duoble_11']", "care.on: is no day; did you mean 'double_11'? allowed 618, "),
    ('every   = "10 d"', "on = [618]", "care.on: is no day; did you mean '618'? allowed 618, "),
    ('every   = "10 d"', "on = ['618', '618']", "care.on: is out of order; allowed dates that rise and names, each once; got 618, 618"),
    ('every   = "30 d"', 'every = "1 own cycle"', "campaigns.rhythm.every: cannot follow own cycles"),
    ('every   = "30 d"', 'every = "2 d"', "is shorter than the campaign; allowed 3 d or more; got 2 d"),
    ('every   = "30 d"', 'every = { median = "30 d", p5 = "10 d", p95 = "60 d" }', "every: is not a rhythm"),
    ('lasts   = "3 d"', 'lasts = { median = "3 d", p5 = "1 d", p95 = "6 d" }', "is a decision and cannot be uncertain"),
    ('lasts   = "3 d"', 'lasts = "2 d"', "phases: has more phases than days; allowed up to 2; got 3"),
    ('lasts   = "3 d"', "lasts = 3", 'campaigns.rhythm.lasts: has no unit; allowed "10 d" (s, min, h, d, w); got 3'),
    ('lasts   = "3 d"', 'lasts = "3 CNY"', "is not a time; allowed \"10 d\" (s, min, h, d, w); got '3 CNY'"),
    ('"deadline"]', '"deadlin"]', "is not defined in the market; did you mean 'deadline'?"),
    ('channel = "direct"', 'channel = "dirct"', "care.channel: is not defined in the market; did you mean 'direct'?"),
    ('content = "care"', 'content = "spam"', "content: is not one of the choices; allowed care, interaction, offer, value"),
    ('content = "care"', "", "strategy.outreach.care: must say what; allowed exactly one of content, mix; got none"),
    ('"repeater"]', '"drifted"]', "care.who.stage: cannot be named, because the shop cannot see who has drifted away"),
    ('"repeater"]', '"lost"]', "cannot be named, because the shop cannot reach"),
    ('"repeater"]', '"disputed"]', "cannot be named, because the shop cannot see that somebody will never come back"),
    ('"repeater"]', '"repeatr"]', "who.stage: is not one of the choices; did you mean 'repeater'?"),
    ('tenure = "< 90 d"', 'tenure = "90 d"', "who.tenure: is not a test; allowed \"< 10 d\", \">= 10 d\" or a range"),
    ('tenure = "< 90 d"', 'source = "tiktok"', "who.source: is not defined in the market; allowed store_orders"),
    ('"20:00"', '"8 pm"', "care.at: is not a time of day; allowed \"20:00\"; got '8 pm'"),
    ("agents = 5", 'agents = "5"', "strategy.service.agents: must be a plain number; allowed a bare count such as 5"),
    ("agents = 5", "agents = 2.5", "is not whole; allowed a whole number; got 2.5"),
    ("agents = 5", "agents = 0", "is outside its range; allowed 1 to 10000; got 0"),
    ("agents = 5", "agents = inf", "strategy.service.agents: must be finite"),
    ("agents = 5", "agents = nan", "strategy.service.agents: must be finite"),
    ("agents = 5", "agents = 99999999999999999999999999", "is outside its range"),
    ("agents = 5", "agents = true", "must be a plain number; allowed a bare count such as 5; got True"),
    ("agents = 5", "off = true", "strategy.service.off: unknown key"),
    ("agents = 5", 'priority = ["complaint", "complaint"]', "names a kind twice; allowed each once"),
    ("agents = 5", 'reply_time = "2 min"', "strategy.service.reply_time: unknown key"),
    ('"09:00-21:00"', '"21:00-09:00"', "hours: ends before it begins"),
    ('"09:00-21:00"', '"always"', "hours: is not a window of the day; allowed \"09:00-21:00\"; got 'always'"),
    (CARE, "[strategy.outreach.'a b']", "strategy.outreach.'a b': is not a name; allowed letters, digits, - and _"),
    (CARE, "[strategy.delivery]\ncarrier = 'drone'\n" + CARE, "carrier: is not defined in the market; allowed fast, s"),
    (CARE, "[strategy.acquisition.kiosk]\n" + CARE, "strategy.acquisition.kiosk: is not defined in the market"),
    (CARE, "[[strategy.campaigns.x]]\n" + CARE, "strategy.campaigns.x: is not a table; allowed a table"),
    (OFFER, "", "strategy.campaigns.rhythm.offer: is missing; allowed a table; got nothing"),
    (OFFER, 'offer = { format = "gifts" }', "offer.format: is not one of the choices; did you mean 'gift'? allowed amount, fl"),
    (OFFER, 'offer = { depth = "15 %" }', "offer.format: is missing; allowed percent, amount, threshold, lottery, gift, flash, trial, prebook; got nothing"),
    (OFFER, 'offer = { format = "percent" }', "offer.depth: is missing from the format percent"),
    (OFFER, 'offer = { format = "lottery", depth = "5 %" }', "depth: does not belong to the format lottery; allowed f"),
    (
        OFFER,
        'offer = { format = "lottery", prizes = [{ chance = "60 %", off = "1 CNY" }, { chance = "50 %", off = "2 CNY" }] }',
        "offer.prizes: has chances above one; allowed a sum of up to 100 %; got 110 %",
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "200 CNY", off = "9 CNY" }, { spend = "99 CNY", off = "5 CNY" }] }',
        "offer.steps: is out of order; allowed spends that rise; got 200 CNY, 99 CNY",
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "20 CNY", off = "30 CNY" }] }',
        "offer.steps: gives away more than is spent; allowed off up to spend; got 30 CNY off 20 CNY",
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "99 CNY", off = "9 CNY" }, { spend = "200 CNY", off = "5 CNY" }] }',
        "offer.steps: is out of order; allowed offs that do not fall; got 9 CNY, 5 CNY",
    ),
    (
        OFFER,
        'offer = { format = "threshold", steps = [{ spend = "20 EUR", off = "3 CNY" }] }',
        "offer.steps.1.spend: is in another currency; allowed CNY, the one currency of market.money.currency",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), STRATEGY, ids=range(len(STRATEGY)))
def test_strategy(write: Write, old: str, new: str, told: str, complaint: Complaint) -> None:
    path = write(**{old: new})
    text = complaint(path)
    assert text.startswith("q.toml:")
    assert told in text


MARKET = [
    ("[market.fatigue]\nhalf_lif = '9 d'", "q.toml:29: market.fatigue.half_lif: unknown key; did you mean 'half_life'?"),
    ("[market.fatigue]\nhalf_life = 9", 'q.toml:29: market.fatigue.half_life: has no unit; allowed "10 d"'),
    ("[market.fatigue]\nhalf_life = '9 %'", "market.fatigue.half_life: is not a time"),
    ("[market.fatigue]\nhalf_life = '99999 d'", "is outside its range; allowed 864 s to 3650 d; got '99999 d'"),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='10 d', p95='30 d'}", "is out of order; allowed p5 <= median"),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='10 d'}", "p95 is missing; allowed median, p5, p95, source"),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5='1 d', p95='30 d', p99='90 d'}", "half_life.p99: unknown key"),
    ("[market.fatigue]\nhalf_life = {median='9 d', p5=1, p95='30 d'}", "half_life.p5: has no unit"),
    ("[market.fatigue]\nhalf_life = {value='9 d', source=7}", "half_life.source: is not a text; allowed a citation"),
    ("[market.people]\nfit = {median='50 %', p5='20 %', p95='100 %'}", "fit: reaches the end of its scale"),
    ("[market.money]\ncurrency = 'yuan'", "is not a currency; allowed three capitals such as \"CNY\"; got 'yuan'"),
    ("[market.money]\ncurrency = 'EUR'", "is in another currency; allowed EUR"),
    ("[market.need.season]\nweekday = [1, 1, 1]", "season.weekday: is no week; allowed seven multipliers"),
    ("[market.need.season]\nweekday = [1, 1, 1, 1, 1, 1, 2]", "with mean 1; got 7 with mean 1.143"),
    ("[market.need.season]\nyearly = [1, 1]", "season.yearly: is no year; allowed twelve multipliers, January first, with mean 1; got 2 with mean 1"),
    ("[market.need.season]\nyearly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4]", "season.yearly: is no year; allowed twelve multipliers, January first, with mean 1; got 12 with mean 1.25"),
    ("[market.need.season.dates.a]\non = []\ndays = '3 d'\nmultiplier = 'x 2'", "market.need.season.dates.a.on: is empty; allowed dates or named days; got none"),
    ("[market.need.season.dates.a]\non = 'dubble_11'\ndays = '3 d'\nmultiplier = 'x 2'", "dates.a.on: is no day; did you mean 'double_11'?"),
    ("[market.need.season.dates.a]\non = '618'\ndays = 3\nmultiplier = 'x 2'", "dates.a.days: has no unit"),
    ("[market.need.season.dates.a]\non = [2026-03-01, 2026-02-01]\ndays = '3 d'\nmultiplier = 'x 2'", "dates.a.on: is out of order; allowed dates that rise and names"),
    ("[market.people]\ninterests = { a = '70 %', b = '40 %' }", "people.interests: is more than everybody; allowed a sum of up to 100 %; got 110 %"),
    ("[market.people]\nfit = '20 %'", "market.lead.first_order_7d: is more than fit; allowed below 20 % (market.people.fit); got 25 %"),
    ("[market.engagement]\nsilent_after = '30 d'", "market.engagement.silent_after: comes after dormant_after; allowed below 30 d; got 30 d"),
    ("[market.engagement]\nsilent_after = '3.5 d'", "market.engagement.silent_after: is not whole; allowed whole days; got '3.5 d'"),
    ("[market.attention]\ngolden_hours = '07:00-09:00'", "market.attention.golden_hours: is not a list; allowed a list; got '07:00-09:00'"),
    ("[market.attention]\ngolden_hours = ['09:00-07:00']", "market.attention.golden_hours: ends before it begins"),
    ("[market.attention]\ngolden_hours = ['9 am']", "golden_hours: is not a window of the day; allowed \"09:00-21:00\"; got '9 am'"),
    ("[market.media.group]\nsuits.intraction = 'x 2'", "media.group.suits.intraction: is not a content; did you mean 'interaction'?"),
    ("[market.media.group]\nleaves = 'shop'", "market.media.group.leaves: is not one of the choices; allowed channel, contact; got 'shop'"),
    ("[market.media.group]\nlimit_per_day = '1'", "group.limit_per_day: must be a plain number; allowed a bare count"),
    ("[market.offers.effort]\ncoupon = '+0.1 log'", "market.offers.effort.coupon: is not a format; allowed amount, flash, gift"),
    ("[market.offers.effort]\ngift = '-0.1 log'", "market.offers.effort.gift: is outside its range; allowed 0 log to +10 log"),
    ("[market.extra]\nrain = '+0.1 log'", "market.extra.rain: must be a plain number"),
    ("[market.carriers.fast]\ndays = {median='1 d', p5='2 d', p95='3 d'}", "carriers.fast.days: is out of order"),
    ("[market.media.mail]\nreach = '9 %'", "market.media.mail.cost: is missing; allowed \"85 CNY\"; got nothing"),
    ("[market.media]\ndirect.off = 'yes'", "market.media.direct.off: is no switch; allowed true, false; got 'yes'"),
    ("[market]\nposterior = 'no.parquet'", "the same key is stated twice"),
    ("[market.service]\nhandling = '5 min'", "market.service.handling: is not a table; allowed a table; got '5 min'"),
    ("[markets]\nx = 1", "q.toml:28: markets: unknown key; did you mean 'market'?"),
    ("[compare]\nkpi = 'profits'", "q.toml:29: compare.kpi: is not a measure; did you mean 'profit'?"),
    ("[compare]\nalso = ['gmvv']", "compare.also: is not a measure; did you mean 'gmv'?"),
    ("[compare]\nsubject_to = { optout = '< 2 %' }", "compare.subject_to.optout: is not a measure"),
    ("[compare]\nsubject_to = { optout_rate = '2 %' }", "compare.subject_to.optout_rate: is not a bound; allowed"),
    ("[compare]\nagainst = 'eight'", "q.toml:29: compare.against: is not an arm; allowed base; got 'eight'"),
    ("[compare]\nconfidence = '20 %'", "is outside its range; allowed 50 % to 99.99 %; got '20 %'"),
    ("[compare]\nmatch = 1", "compare.match: unknown key"),
    ("[variants.a]\nmarket.fatigue.half_life = '9 d'", "arms must live in the same world; allowed strategy; got market"),
    ("[variants.a]\nrun.seed = 2", "q.toml:29: variants.'a'.run: arms must live in the same world"),
    ("[variants.a]\nservice.agents = 2", "variants.'a'.service: unknown key; allowed strategy"),
    ("[variants.a]\nstrategy.service.agent = 2", "q.toml:29: strategy.service.agent: unknown key; did you mean 'agents'?"),
    ("[variants.base]\nstrategy.service.agents = 2", "is the word for the unchanged file; allowed another name"),
    ("[variants]\na = 3", "variants.'a': is not a named table"),
]  # fmt: skip


@pytest.mark.parametrize(("add", "told"), MARKET, ids=range(len(MARKET)))
def test_market_variants_and_judgement(write: Write, add: str, told: str, complaint: Complaint) -> None:
    text = complaint(write(add="\n" + add))
    assert told in text
    assert re.match(r"(q|library/base|library/markets/strong_brand)\.toml:\d+: ", text)


TOP = [
    ("", "q.toml:1: is empty; allowed at least [run] start"),
    ("\n \n", "q.toml:1: is empty"),
    ("name = 1\n[run]\nstart = 2026-01-01", "q.toml:1: name: is not a text on one line; allowed a text; got 1"),
    ("format = 2", "q.toml:1: format: is not a version that is known; allowed 1; got 2"),
    ("[strategy]", "run.start: is missing; allowed a date such as 2026-01-31; got nothing"),
    ("[run]\nstart = 'now'", "q.toml:2: run.start: is not a date; allowed a TOML date such as 2026-01-31"),
    ("[run]\nstart = 2026-01-01T10:00:00", "run.start: is not a date"),
    ("[run]\nstart = 2026-01-01\nhorizon = '1.5 d'", "run.horizon: is not whole; allowed whole days; got '1.5 d'"),
    ("[run]\nstart = 0001-12-31", "run.start: leaves the calendar; allowed 0002-01-02 to 9998-12-31 for a run of 365 days; got 0001-12-31"),
    ("[run]\nstart = 2026-01-01\nseed = -1", "run.seed: is outside its range"),
    ("run = 3", "q.toml:1: run: is not a table; allowed a table; got 3"),
    ("a = 1\nb = 2\na = 3\n", "q.toml:3: the same key is stated twice; allowed once; got 'a = 3' again"),
    ("[run]\n[run]\n", "q.toml:2: the same key is stated twice"),
    ("a = {b = 1, b = 2}", "q.toml:1: the same key is stated twice"),
    ("a = [1,\n", "q.toml:1: is not valid TOML"),
    ("a == 1", "q.toml:1: is not valid TOML (invalid value); allowed TOML 1.0; got 'a == 1'"),
    ("a = " + "9" * 5000, "q.toml:1: is not valid TOML; allowed numbers of up to 30 digits"),
    ("a = " + "[" * 100_000, "q.toml:1: is nested too deeply; allowed a few levels of tables; got hundreds"),
    (".".join("a" * 5000) + " = 1", "q.toml:1: "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), TOP, ids=range(len(TOP)))
def test_whole_files(write: Write, text: str, told: str, complaint: Complaint) -> None:
    assert told in complaint(write(text=text))


def test_bytes_that_are_no_text(project: Path, complaint: Complaint) -> None:
    cases = {
        b"\x89PNG\r\n\x00\x00": "q.toml:1: is a binary file; allowed a TOML file in UTF-8; got a zero byte at 6",
        b"name = 'x'\n# \xff": "q.toml:2: is not UTF-8; allowed a TOML file in UTF-8; got byte 0xff",
        "name = 'x'".encode("utf-16"): "q.toml:1: is not UTF-8; allowed a TOML file in UTF-8; got UTF-16, so",
        b"#" * 2_000_001: "q.toml: is too large; allowed up to 2000000 bytes; got 2000001",
    }
    for data, told in cases.items():
        Path("q.toml").write_bytes(data)
        assert complaint("q.toml").startswith(told)


def test_a_byte_order_mark_is_read_over(write: Write) -> None:
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path).arms["base"].strategy.service.agents == 5


def test_files_that_are_not_there(project: Path, complaint: Complaint) -> None:
    assert complaint("no.toml") == "no.toml: no such file; allowed a TOML file in UTF-8; got no.toml"
    assert complaint(project).startswith(".: is a folder; allowed a TOML file in UTF-8")
    assert "did you mean 'strong_brand'?" in complaint("library:strong_brnd")
    assert complaint("library:../base").startswith("library:../base: no such library file")
    assert "allowed" in complaint("x\0y")


def test_parents_that_go_in_a_circle(write: Write, complaint: Complaint) -> None:
    write("a.toml", text='extends = "b.toml"')
    write("b.toml", text='name = "b"\nextends = "a.toml"')
    told = "b.toml:2: extends: goes in a circle; allowed a chain that ends; got a.toml -> b.toml -> a.toml"
    assert complaint("a.toml") == told
    write("m.toml", text='[market]\nfrom = "m.toml"')
    write(**{"library:strong_brand": "m.toml"})
    assert "m.toml:2: from: goes in a circle" in complaint("q.toml")


def test_references_that_leave_the_project(write: Write, tmp_path: Path, complaint: Complaint) -> None:
    (tmp_path / "outside.toml").write_text("[market]\n")
    write(**{"library:strong_brand": "../outside.toml"})
    text = complaint("q.toml")
    assert text.startswith("q.toml:4: market.from: points outside the project folder; allowed library:NAME or a path")
    assert text.endswith("got '../outside.toml'")
    link = Path("inside.toml")
    link.symlink_to(tmp_path / "outside.toml")
    write(**{"library:strong_brand": "inside.toml"})
    assert "points outside the project folder" in complaint("q.toml")
    write(**{"library:strong_brand": "/etc/passwd"})
    assert "points outside the project folder" in complaint("q.toml")
    write(**{"library:strong_brand": "gone.toml"})
    assert "q.toml:4: market.from: no such file; allowed an existing file; got 'gone.toml'" in complaint("q.toml")
    write(text="extends = 5")
    assert 'extends: is not a reference; allowed "library:NAME" or a path; got 5' in complaint("q.toml")


def test_a_market_file_holds_a_market_only(write: Write, complaint: Complaint) -> None:
    write("m.toml", text="[market]\n[strategy.service]\nagents = 3\n")
    write(**{"library:strong_brand": "m.toml"})
    assert complaint("q.toml").startswith("m.toml:2: strategy: does not belong in a market file; ")
    write("m.toml", text='extends = "library:base"\n[market]\nfrom = "library:base"\n')
    assert "m.toml:2: market.from: names a second parent; allowed one of extends, from" in complaint("q.toml")
    write("m.toml", text="name = 'm'\n")
    assert "m.toml:1: market: is missing; allowed a market file with [market]" in complaint("q.toml")


def test_arms_from_files_live_in_one_world(write: Write) -> None:
    one = write("one.toml")
    other = write("two.toml", **{'"Small"': '"Other"', "2026-01-01": "2026-02-01"})
    with pytest.raises(InputError, match=r"two\.toml: run: arms must live in the same world; allowed the run of"):
        load_many([one, other])
    other = write("two.toml", add="[market.lead]\nhot_half_life = '2 d'", **{'"Small"': '"Other"'})
    with pytest.raises(InputError, match=r"two\.toml: market: arms must live in the same world"):
        load_many([one, other])
    with pytest.raises(InputError, match="is the name of two arms"):
        load_many([one, write("two.toml")])
    with pytest.raises(InputError, match="cannot be one arm; allowed a file without variants"):
        load_many([one, write("two.toml", add="[variants.a]\n", **{'"Small"': '"Other"'})])


def test_validate_gives_a_line_a_file(write: Write) -> None:
    good, bad = write("good.toml"), write("bad.toml", **{"agents = 5": "agents = 0"})
    assert validate([good]) == []
    told = validate([bad, good, "gone.toml"])
    assert [text.split(":")[0] for text in told] == ["bad.toml", "gone.toml"]


def test_an_error_is_one_line_whatever_is_in_it() -> None:
    assert str(TheError("a\nb\r\nc")) == "a b c"
