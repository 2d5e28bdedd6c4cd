"""Every KPI from the event log of a run, with pandas alone: how to compute your own from the same files.

`rehearse run FILE --events --out FOLDER` writes the tables to FOLDER/event-log; docs/event-log.md says what each column
is, docs/kpis.md what each KPI is. Days and instants count from the start of the run, money is in cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

NEED = 1e6
"""Needs are in millionths of an expected order."""


@dataclass
class EventLog:
    """The tables of one run."""

    tables: dict[str, pd.DataFrame]

    @classmethod
    def read(cls, folder: Path) -> EventLog:
        tables = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
        for table in tables.values():
            for name in table.select_dtypes("category"):
                table[name] = table[name].astype(str)
        return cls(tables)

    @cached_property
    def run(self) -> pd.Series:
        return self.tables["run"].iloc[0]

    def measured(self, table: pd.DataFrame, at: str) -> pd.DataFrame:
        """The rows whose instant or day `at` lies in the measured days."""
        return table[(table[at] >= self.run["first"]) & (table[at] < self.run["last"])]

    def rows(self, name: str, at: str = "instant") -> pd.DataFrame:
        """The measured rows of a table."""
        return self.measured(self.tables[name], at)

    @cached_property
    def people(self) -> pd.DataFrame:
        """`from_`: the first day as a contact. `left`: the day of deleting or stopping in dispute. `churned`: the day
        of the first of drifting, deleting, stopping; both are infinite for who stays."""
        people, relations = self.tables["people"].set_index("person"), self.tables["relations"]
        people["from_"] = np.where(people["source"] == "", 0, people["added"] + 1)
        for name, kinds in (("left", ["delete", "dispute"]), ("churned", ["drift", "delete", "dispute"])):
            day = np.floor(relations[relations["kind"].isin(kinds)].groupby("person")["instant"].min())
            people[name] = day.reindex(people.index).fillna(np.inf)
        people.loc[people["churned_before"], "churned"] = -np.inf
        return people

    def person_days(self, until: str) -> float:
        """Days on whose morning people are there, up to the day `until`, all measured days together."""
        start = self.people["from_"].clip(lower=self.run["first"])
        return float((np.minimum(self.people[until] + 1, self.run["last"]) - start).clip(lower=0).sum())

    @cached_property
    def silence(self) -> pd.DataFrame:
        """A row for each contact and measured morning, and for how many days the person has been silent then."""
        run, people = self.run, self.people
        days = pd.MultiIndex.from_product([people.index, range(int(run["first"]), int(run["last"]))])
        mornings = days.to_frame(index=False, name=["person", "day"]).merge(people, left_on="person", right_index=True)
        there = (mornings["day"] >= mornings["from_"]) & (mornings["day"] <= mornings["left"])
        mornings = mornings.loc[there, ["person", "day"]].sort_values("day")
        heard = self.heard.sort_values("heard")
        mornings = pd.merge_asof(
            mornings, heard, left_on="day", right_on="heard", by="person", allow_exact_matches=False
        )
        mornings["days"] = (mornings["day"] - mornings["heard"]).fillna(0)  # on day one there is no day before
        return mornings.set_index(["person", "day"])["days"]

    @cached_property
    def heard(self) -> pd.DataFrame:
        """Days on which people were heard of: orders, questions, interactions, adding, and before day one."""
        tickets = self.tables["tickets"]
        parts = {
            "orders": self.tables["orders"].assign(day=lambda t: np.floor(t["instant"])),
            "questions": tickets[tickets["kind"] != "complaint"].assign(day=lambda t: np.floor(t["opened"])),
            "others": self.tables["heard"],
            "before": self.people.reset_index().assign(day=lambda t: t["last_heard"]),
        }
        heard = pd.concat([part[["person", "day"]] for part in parts.values()]).astype({"day": "int64"})
        return heard.rename(columns={"day": "heard"})


def kpis(log: EventLog) -> dict[str, float]:
    """All KPIs by name: money in cents, times in days, shares as fractions."""
    return {**sales(log), **money(log), **acquisition(log), **relations(log), **service(log)}


def ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def in_30_days(events: float, person_days: float) -> float:
    """Share of people whom an event of this rate meets in 30 days."""
    return 1.0 - float(np.exp(-ratio(events, person_days / 30.0)))


def people_in_window(log: EventLog) -> int:
    """People who were contacts at some time, those added on the last day included."""
    people, run = log.people, log.run
    before = (people["from_"] <= run["first"]) & (people["left"] >= run["first"])
    return int(
        before.sum() + ((people["added"] >= run["first"]) & (people["added"] < run["last"]) & _new(people)).sum()
    )


def _new(people: pd.DataFrame) -> pd.Series:
    return people["source"] != ""


# --- sales -----------------------------------------------------------------------------------------


def sales(log: EventLog) -> dict[str, float]:
    """Orders, baskets, discounts."""
    orders, days = log.rows("orders"), log.rows("days", "day")
    under, coupon = orders[orders["campaign"] != ""], orders[orders["coupon"] != ""]
    n, paid, listed = len(orders), orders["paid"].sum(), orders["list_value"].sum()
    order_days = len(orders.assign(day=np.floor(orders["instant"])).drop_duplicates(["person", "day"]))
    contact_days, people = log.person_days("left"), people_in_window(log)
    given = (orders["campaign_discount"] + orders["campaign_gift"]).sum()
    messages = log.rows("messages")
    sent = pd.concat([messages, log.rows("pieces", "day")])
    of_campaigns = sent[sent["programme"].str.startswith("campaigns.")]["cost"].sum()
    of_orders = order_flows(log)
    of_orders = log.measured(of_orders.merge(under_campaign(log), on=["person", "number"]), "day")
    mine, back = (of_these(orders, log.tables[name]) for name in ("parcels", "money_back"))
    released, extra = days["released_need"].sum() / NEED, days["extra_need"].sum()
    return {
        "gmv": paid,
        "orders": n,
        "order_days": order_days,
        "orders_per_customer": ratio(n, people),
        "orders_per_contact_year": ratio(365.0 * n, contact_days),
        "spend_per_customer": ratio(paid, people),
        "aov": ratio(paid, n),
        "conversion_rate": ratio(order_days, contact_days),
        "campaign_share": ratio(under["paid"].sum(), paid),
        "coupon_share": ratio(len(coupon), n),
        "discount_cost": orders["discount"].sum(),
        "discount_share": ratio(orders["discount"].sum(), listed),
        "discount_cost_per_campaign": ratio(given, len(log.rows("campaigns", "first"))),
        "campaign_roi": ratio(of_orders["cents"].sum() - of_campaigns, given + of_campaigns),
        "margin_share": ratio(paid - mine["goods"].sum(), listed),
        "waited_share": ratio(min(released, n), n),
        "displaced_share": ratio(min(days["borrowed_need"].sum(), extra), extra),
        "unsent_share": ratio(days["unsent"].sum(), len(messages) + days["unsent"].sum()),
        "return_share": ratio(int((back["kind"] == "return").sum()), n),
        "touches": len(messages),
        "touches_per_contact": ratio(30.0 * len(messages), contact_days),
    }


def of_these(orders: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that belong to these orders, whenever they came."""
    return table.rename(columns={"order": "number"}).merge(orders[["person", "number"]], on=["person", "number"])


# --- money -----------------------------------------------------------------------------------------


def amounts(table: pd.DataFrame, at: str, cents: str | pd.Series, sign: int = -1) -> pd.DataFrame:
    """Rows of `day` and `cents`, with the order that they belong to, if any; what goes out is negative."""
    found = pd.DataFrame({"day": np.floor(table[at]).astype("int64")})
    found["cents"] = sign * (table[cents] if isinstance(cents, str) else cents)
    for name in ("person", "number"):
        found[name] = table[name] if name in table else np.zeros(len(table), dtype="uint64")
    return found


def flows_of_orders(log: EventLog) -> dict[str, pd.DataFrame]:
    """Money that belongs to single orders."""
    orders, parcels = log.tables["orders"], log.tables["parcels"]
    back = log.tables["money_back"].rename(columns={"order": "number"})
    kind = {name: back[back["kind"] == name] for name in ("refund", "return", "compensation", "chargeback")}
    lost = kind["chargeback"]
    return {
        "paid": amounts(orders, "instant", "paid", 1),
        "gift_cost": amounts(orders, "instant", "gift"),
        "fees": pd.concat([amounts(orders, "instant", "fees"), amounts(back, "instant", "fees_back", 1)]),
        "commission": pd.concat([
            amounts(orders, "instant", "commission"), amounts(back, "instant", "commission_back", 1)
        ]),
        "goods_cost": amounts(parcels, "sent", "goods"),
        "packaging_cost": amounts(parcels, "sent", "packaging"),
        "delivery_cost": amounts(parcels, "sent", "cost"),
        "refunds": amounts(kind["refund"], "instant", "cents"),
        "returned": amounts(kind["return"], "instant", "cents"),
        "goods_back": amounts(kind["return"], "instant", "goods_back", 1),
        "freight_back_cost": amounts(kind["return"], "instant", "freight"),
        "compensation_cost": amounts(kind["compensation"], "instant", "cents"),
        "chargeback_cost": amounts(lost, "instant", lost["cents"] + lost["fee"]),
    }  # fmt: skip


def order_flows(log: EventLog) -> pd.DataFrame:
    """All of them in one table."""
    return pd.concat(flows_of_orders(log).values())


def under_campaign(log: EventLog) -> pd.DataFrame:
    """The orders under a campaign's offer: `person`, `number`."""
    orders = log.tables["orders"]
    return orders[orders["campaign"] != ""][["person", "number"]]


def flows(log: EventLog) -> dict[str, pd.DataFrame]:
    """All money that comes in or goes out."""
    people, days = log.tables["people"], log.tables["days"]
    adds = people[_new(people)]
    return {
        **flows_of_orders(log),
        "message_cost": amounts(log.tables["messages"], "instant", "cost"),
        "content_cost": amounts(log.tables["pieces"], "day", "cost"),
        "acquisition_cost": pd.concat([amounts(days, "day", "exposure_cost"), amounts(adds, "added", "cost")]),
        "wages": amounts(days, "day", days["wages"] + days["seats"]),
        "software_cost": amounts(days, "day", "software"),
        "bot_cost": amounts(days, "day", "bot_cost"),
        "fixed": amounts(days, "day", "fixed"),
    }


INCOME = ("paid", "goods_back")


def money(log: EventLog) -> dict[str, float]:
    """Costs, contribution and profit."""
    measured = {name: log.measured(rows, "day") for name, rows in flows(log).items()}
    total = {name: float(rows["cents"].sum()) for name, rows in measured.items()}
    costs = {name: -cents + 0.0 for name, cents in total.items() if name not in (*INCOME, "fixed")}
    contribution = pd.concat([rows for name, rows in measured.items() if name != "fixed"])
    left = float(contribution["cents"].sum())
    profit = total["fixed"] + left
    discount = np.exp(-log.run["discount_rate"] * (contribution["day"] - log.run["first"]))
    orders, back = log.rows("orders"), log.tables["money_back"]
    back = back[back["kind"] == "refund"]
    return {
        **costs,
        "goods_back": total["goods_back"],
        "contribution_profit": left,
        "contribution_share": ratio(left, total["paid"]),
        "profit": profit,
        "roi": ratio(profit, total["paid"] - profit),
        "ltv": ratio(float((contribution["cents"] * discount).sum()), people_in_window(log)),
        "refund_share": ratio(of_these(orders, back)["cents"].sum(), total["paid"]),
    }


# --- acquisition -----------------------------------------------------------------------------------


def hook_discount(orders: pd.DataFrame) -> pd.Series:
    """Discounts and gifts of the coupons that come with adding the contact."""
    hooks = orders["coupon"].str.startswith("acquisition.") | (orders["coupon"] == "welcome")
    whole = orders["discount"] + orders["gift"] - orders["campaign_discount"] - orders["campaign_gift"]
    return whole.where(hooks, 0)


def acquisition(log: EventLog) -> dict[str, float]:
    """LTV, CAC and payback of the people who were added in the measured days."""
    run, orders = log.run, log.rows("orders")
    new = log.measured(log.people[_new(log.people)], "added")
    hooks = orders.assign(hook=hook_discount(orders))
    sent = log.tables["messages"]
    left = pd.concat([order_flows(log), amounts(hooks, "instant", "hook", 1), amounts(sent, "instant", "cost")])
    left = log.measured(left, "day").merge(new[["added"]], left_on="person", right_index=True)
    left["age"] = left["day"] - left["added"]
    customers = int(orders[orders["number"] == 1]["person"].isin(new.index).sum())
    days = log.rows("days", "day")
    cost = days["exposure_cost"].sum() + new["cost"].sum() + days["adding_wages"].sum() + hook_discount(orders).sum()
    value = float((left["cents"] * np.exp(-run["discount_rate"] * left["age"])).sum())
    added, exposures = len(new), days["exposures"].sum()
    return {
        "acquired_ltv": ratio(value, customers),
        "cac": ratio(float(cost), customers),
        "ltv_cac_ratio": ratio(value, float(cost)),
        "payback_days": payback(left, new["added"], float(cost), int(run["last"])),
        "add_rate": ratio(added, exposures),
        "unmade_share": ratio(days["unmade_requests"].sum(), exposures + days["unmade_requests"].sum()),
        **cohorts(log),
    }


def payback(left: pd.DataFrame, added: pd.Series, cost: float, last: int) -> float:
    """Days since adding until a person added has left what adding cost, in the mean of those observed so long."""
    sums = left.groupby("age")["cents"].sum()
    so_far = 0.0
    for age in range(last):
        observed = int((added + age < last).sum())
        if 2 * observed <= len(added):
            break  # too few are observed so long
        so_far += sums.get(age, 0) / observed
        if so_far >= cost / len(added):
            return float(age)
    return float("nan")


def cohorts(log: EventLog) -> dict[str, float]:
    """Leads by the day after adding, buyers by the day of their first order; those whose days are complete. Nobody of
    day one is in a cohort."""
    orders, days = log.tables["orders"], log.run["days"]
    orders = orders[orders["person"].isin(log.people.index[_new(log.people)])]
    day_of = {n: np.floor(orders[orders["number"] == n].set_index("person")["instant"]) for n in (1, 2)}
    leads = log.measured(log.people[_new(log.people)], "from_")
    leads = leads[leads["from_"] + 7 <= days]
    ordered = day_of[1].reindex(leads.index) < leads["from_"] + 7
    buyers = day_of[1][(day_of[1] >= log.run["first"]) & (day_of[1] < log.run["last"]) & (day_of[1] + 90 <= days)]
    again = day_of[2].reindex(buyers.index) < buyers + 90
    return {
        "first_order_rate_7d": ratio(int(ordered.sum()), len(leads)),
        "repurchase_rate_90d": ratio(int(again.sum()), len(buyers)),
    }


# --- relations -------------------------------------------------------------------------------------


def relations(log: EventLog) -> dict[str, float]:
    """Who leaves, and who is heard of."""
    people, run, events = log.people, log.run, log.rows("relations")
    contact_days = log.person_days("left")
    churned = log.measured(people, "churned")
    deleted = events[events["kind"] == "delete"]
    silent, dormant = (int((log.silence > run[name]).sum()) for name in ("silent_after", "dormant_after"))
    heard = log.rows("heard", "day")
    heard = heard[heard["kind"] == "interaction"]
    before = log.silence.reindex(pd.MultiIndex.from_frame(heard[["person", "day"]]))
    back = int((before > run["silent_after"]).sum())
    there = (people["from_"] <= run["last"]) & (people["left"] >= run["last"])
    return {
        "optout_rate": in_30_days(len(deleted), contact_days),
        "churn_rate": in_30_days(len(churned), log.person_days("churned")),
        "channel_optout_rate": in_30_days(int((events["kind"] == "channel left").sum()), contact_days),
        "active_share": ratio(contact_days - silent, contact_days),
        "silent_share": ratio(silent - dormant, contact_days),
        "dormant_share": ratio(dormant, contact_days),
        "interaction_rate": ratio(len(heard) - back, contact_days - silent),
        "reactivation_rate": in_30_days(back, silent),
        "silent_before_leaving": ratio(silent_leavers(log, deleted), len(deleted)),
        "contacts": int(there.sum()),
    }


def silent_leavers(log: EventLog, deleted: pd.DataFrame) -> int:
    """Who deleted, was silent that morning and did not order or ask before on that day."""
    keys = deleted.assign(day=np.floor(deleted["instant"]).astype("int64"))[["person", "day"]]
    today = keys.merge(log.heard, left_on=["person", "day"], right_on=["person", "heard"])["person"]
    silent = log.silence.reindex(pd.MultiIndex.from_frame(keys)).to_numpy() > log.run["silent_after"]
    return int((silent & ~keys["person"].isin(today).to_numpy()).sum())


# --- service ---------------------------------------------------------------------------------------


def seconds(days: pd.Series) -> pd.Series:
    """Whole seconds."""
    return np.floor(86400.0 * days + 0.5)


def service(log: EventLog) -> dict[str, float]:
    """The desk, parcels, complaints."""
    run, tickets, orders = log.run, log.tables["tickets"], len(log.rows("orders"))
    asked, complaints = tickets[tickets["kind"] != "complaint"], tickets[tickets["kind"] == "complaint"]
    answered = log.measured(asked[asked["started"].notna()], "started")
    given_up = log.measured(tickets[tickets["outcome"] == "given up"], "ended")
    unanswered = given_up[given_up["kind"] != "complaint"]
    solved = log.measured(complaints[complaints["outcome"].isin(["ended", "ended by refund"])], "ended")
    ended = len(solved) + len(given_up) - len(unanswered)
    waited, took = answered["started"] - answered["opened"], solved["ended"] - solved["opened"]
    opened = {name: len(log.measured(table, "opened")) for name, table in (("q", asked), ("c", complaints))}
    lost, disputes = (
        log.measured(tickets[tickets["lost"]], "ended"),
        int((log.rows("relations")["kind"] == "dispute").sum()),
    )
    parcels, days = log.rows("parcels", "arrives"), log.rows("days", "day")
    questions = len(answered) + len(unanswered)
    return {
        "reply_time": ratio(seconds(waited).sum() / 86400.0, len(answered)),
        "reply_time_p90": float(seconds(waited).quantile(0.9)) / 86400.0,
        "resolve_time": ratio(seconds(took).sum() / 86400.0, len(solved)),
        "service_level": ratio(int((seconds(waited) <= 86400.0 * run["answer_within"]).sum()), questions),
        "reply_within_goal": within(waited, run["reply_goal"], questions),
        "complaints_within_goal": within(took, run["complaint_goal"], ended),
        "first_contact_resolution": first_contact_resolution(log, pd.concat([answered, solved])),
        "abandoned_share": ratio(len(given_up), len(given_up) + len(answered) + len(solved)),
        "lost_purchase_share": ratio(len(lost), len(lost) + orders),
        "lost_baskets": lost["basket"].sum(),
        "desk_utilisation": ratio(days["busy_seconds"].sum(), days["open_seconds"].sum()),
        "bot_share": ratio(int((answered["outcome"] == "answered by bot").sum()), opened["q"]),
        "unwritten_share": ratio(days["dropped"].sum(), days["written"].sum() + days["dropped"].sum()),
        "postponed_days": ratio(days["postponed"].sum(), days["written"].sum() + days["dropped"].sum()),
        "disputes_per_1000_orders": ratio(1000.0 * disputes, orders),
        "complaints_per_1000_orders": ratio(1000.0 * opened["c"], orders),
        "complainers_lost": ratio(disputes, ended),
        "late_share": ratio(int((parcels["late"] > 0).sum()), len(parcels)),
        "chargebacks": int((log.rows("money_back")["kind"] == "chargeback").sum()),
    }


def within(took: pd.Series, goal: float, of: int) -> float:
    """Share that kept a promise; none was given where the goal is nan."""
    return float("nan") if np.isnan(goal) else ratio(int((took <= goal).sum()), of)


def first_contact_resolution(log: EventLog, ended: pd.DataFrame) -> float:
    """Share of tickets after whose end the person opened none for 7 days, of those with 7 days left."""
    end = ended["started"].where(ended["kind"] != "complaint", ended["ended"])
    ended = ended.assign(end=end)[end + 7 < log.run["days"]]
    opened = log.tables["tickets"][["person", "opened"]].rename(columns={"opened": "next"})
    pairs = ended[["ticket", "person", "end"]].merge(opened, on="person")
    back = pairs[(pairs["next"] > pairs["end"]) & (pairs["next"] <= pairs["end"] + 7)]["ticket"].nunique()
    return ratio(len(ended) - back, len(ended))
