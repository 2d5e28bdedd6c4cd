"""One customer's forty days, booked by hand to the cent.

Two campaigns of three days (days 15 to 17 and 30 to 32) take 15 % off; goods cost 35 % of list value, a parcel 6.50
and 1.50 for packing, a message 0.07 and what it says 25.00; fees are 0.6 % and 2 % of what is paid, and 10 % go to who
sells in a campaign; half of that comes back with refunded money. A parcel that comes back costs 5.00, and 80 % of its
goods can be sold again. Software is 33.33 a day; one person sits at the desk twelve hours a day for 600.00 a full day
and 10.00 for the seat.
"""

from __future__ import annotations

import numpy as np

from sim import run, scenario as s
from sim.stages import Event
from tests.worlds import RESPONSES_OFF, scenario

WORLD = {
    **RESPONSES_OFF,
    "market.start_with": 1,
    "market.need.order_rate": s.GammaRate(0.12, 1000.0),
    "market.need.dropout_rate": s.GammaRate(1e-6, 1.0),
    "market.spend": s.Spend(10_000, 2.0, 3.0),
    "market.offers.elasticity": 2.0,
    "market.money.goods_cost": 0.35,
    "market.money.first_goods_cost": 0.35,
    "market.money.wage": 60_000.0,
    "market.money.packaging": 150,
    "market.money.payment_fee": 0.006,
    "market.money.platform_fee": 0.02,
    "market.money.fees_back": 0.5,
    "market.money.freight_back": 500,
    "market.money.software": 3_333.0,
    "market.returns": s.ReturnResponse(0.45, 2.0, 0.8),
    "market.money.seat": 1_000.0,
    "market.service.problems_per_order": 0.6,
    "market.service.refund_resolved": 0.5,
    "market.service.refund_unresolved": 0.5,
    "market.service.stop.base": -20.0,
    "market.service.dispute_share": 0.0,
    "market.service.patience": s.Patience(1e4, 1e4, 1e4),
    "market.carriers": {"road": s.Carrier(s.TimeSpread(2.0, 1.0, 4.0), 650)},
    "market.media": {"direct": s.Medium(1.0, 7, 1.0, 0.0, "contact", production=2_500)},
    "strategy": s.Strategy(
        campaigns={
            "sale": s.Campaign(
                s.Offer("percent", depth=0.15), "direct", every=s.Rhythm(15.0), lasts=3.0,
                phases=("launch", "proof", "deadline"), commission=0.1,
            )
        },
        service=s.Service(agents=1, hours=(0.375, 0.875)),
        delivery=s.Delivery("road", 3.0),
    ),
}  # fmt: skip

SHEET = [
    # day, list value, discount, goods (35 % of list value, rounded), parcel
    (3, 1546, 0, 541, 650),  # 541.10; comes on day 5 with a problem, ends the same day, refunded: 1546
    (21, 4087, 0, 1430, 650),  # 1430.45
    (25, 2449, 0, 857, 650),  # 857.15
    (31, 16983, 2547, 5944, 650),  # second day of the second campaign: 15 % is 2547.45; goods 5944.05
    (33, 17129, 0, 5995, 650),  # 5995.15; a problem, ended, no refund
    (37, 2467, 0, 863, 650),  # 863.45
    (38, 3056, 0, 1070, 650),  # 1069.60; a problem, ended, no refund
    (39, 8181, 0, 2863, 650),  # 2863.35
    (39, 4414, 0, 1545, 650),  # 1544.90
]
TOTALS = {
    "orders": 9,
    "list_value": 60_312,
    "discount": 2_547,
    "paid": 57_765,
    "goods": 21_108,
    "parcel_cost": 5_850,  # 9 x 6.50
    "packaging": 1_350,  # 9 x 1.50
    "returns": 1,
    "returned": 14_436,  # the order of day 31, on day 34
    "goods_back": 4_755,  # 80 % of 5944 is 4755.20
    "freight_back": 500,
    "payment_fees": 299,  # 9 + 25 + 15 + 87 + 103 + 15 + 18 + 49 + 26, less 5 (4.64) and 43 (43.31)
    "platform_fees": 997,  # 31 + 82 + 49 + 289 + 343 + 49 + 61 + 164 + 88, less 15 (15.46) and 144 (144.36)
    "commission": 722,  # 1444 (1443.60), less half
    "software": 133_320,  # 40 x 33.33
    "touches": 6,
    "message_cost": 42,  # 6 x 0.07
    "content_cost": 15_000,  # 6 x 25.00, one on each day of a campaign
    "wages": 1_200_000,  # 40 days x half a day x 600.00
    "seats": 40_000,  # 40 x 10.00
    "refunds": 1,
    "refunded": 1_546,
    "complaints": 3,
    "resolved": 3,
    "campaigns": 2,
    "campaign_orders": 1,
    "campaign_paid": 14_436,
}
CONTRIBUTION = (
    (57_765 - 1_546 - 14_436)
    - (21_108 - 4_755 + 1_350 + 5_850 + 500)
    - (299 + 997 + 722)
    - (42 + 15_000 + 1_200_000 + 40_000 + 133_320)
)


def test_one_customers_ledger_is_the_hand_written_one() -> None:
    ledger = run(scenario(WORLD, days=40, seed=10), events=True, threads=1)
    totals = {account: int(ledger.series[account].sum()) for account in TOTALS}
    assert totals == TOTALS
    assert int(ledger.contribution().sum()) == CONTRIBUTION == -1_372_650
    for column, account in enumerate(("list_value", "discount", "goods", "parcel_cost"), start=1):
        by_day = np.zeros(40, dtype=int)
        for row in SHEET:
            by_day[row[0]] += row[column]
        assert ledger.series[account].tolist() == by_day.tolist(), account
    assert ledger.events is not None
    orders = np.asarray(ledger.events["kind"]) == Event.ORDER
    paid = sorted(zip(ledger.events["day"][orders].tolist(), ledger.events["cents"][orders].tolist(), strict=True))
    assert paid == sorted((day, value - off) for day, value, off, _, _ in SHEET)
