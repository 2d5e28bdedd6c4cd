"""Which test by lot would narrow a number of the market."""

from __future__ import annotations

HOLDOUT = 'holdout = "10 %" on campaigns: a part of the people left out by lot'
DEPTHS = "two depths dealt to people by lot"
LASTING = "two depths dealt to people by lot, the same for each person over several campaigns"

TESTS: tuple[tuple[str, str], ...] = (
    (
        "market.offers.threshold",
        "a threshold beside a plain percentage of the same worth, dealt to people by lot",
    ),
    ("market.offers.lottery", "a lottery beside a plain percentage of the same worth, dealt to people by lot"),
    ("market.offers.effort", "formats of the same worth, dealt to people by lot"),
    ("market.offers.gift_value", "a gift beside a percentage that costs as much, dealt to people by lot"),
    ("market.offers.redeemed", "orders with the coupons that they used (--redemptions)"),
    ("market.offers.elasticity", DEPTHS),
    ("market.offers.framing", DEPTHS),
    ("market.offers.reference", LASTING),
    ("market.offers.loss_aversion", LASTING),
    ("market.offers.habituation", "two rhythms of campaigns dealt to people by lot, for half a year"),
    ("market.offers.salience", "campaigns with one phase less, for a part of the people by lot"),
    ("market.offers", HOLDOUT),
    ("market.attention.golden", "the same message at two hours, dealt to people by lot"),
    ("market.attention.weight", "two contents dealt to people by lot"),
    ("market.attention", "messages sent some days later to a part of the people by lot"),
    ("market.fatigue", "two cadences of messages dealt to people by lot, for three months"),
    ("market.optout", "two cadences of messages dealt to people by lot, with every deletion counted (--leads)"),
    ("market.engagement", "no message for a month to a part of the people by lot, with their visits counted"),
    ("market.lead", "a welcome for a part of the new contacts by lot, with their first orders counted (--leads)"),
    ("market.people.seeker", HOLDOUT),
    ("market.people.benefit_seekers", HOLDOUT),
    ("market.people.price_sensitivity", DEPTHS),
    ("market.people.contact_response", 'holdout = "10 %" on messages: a part of the people left out by lot'),
    ("market.trust", "service messages for a part of the people by lot, for half a year"),
    ("market.service.purchase", "questions with the time of their answer and the order that followed (--tickets)"),
    ("market.service", "complaints with the time of their answer and what the person ordered later (--tickets)"),
    ("market.delivery", "a faster carrier for a part of the parcels by lot"),
    ("market.need", "more months of orders"),
    ("market.spend", "more months of orders"),
)  # fmt: skip
"""Paths of numbers and the test that narrows them; the first entry that a path begins with holds."""


def helpful_test(path: str) -> str:
    """The test that would narrow the number at this path; empty where none would, as for facts of the shop."""
    return next((words for begin, words in TESTS if path.startswith(begin)), "")
