"""Columns by names of several languages and by the parts of their names; amounts in other units."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from calibration.orders.columns import NAMES, PARTS, find_columns
from scenarios.errors import InputError
from tests.calibration.order_shop import aside, facts, read, shop, truth, written

OLD = ["order_id", "customer_id", "order_date", "amount"]


@pytest.mark.parametrize(
    "header",
    [
        "Bestellnummer,Kundennummer,Bestelldatum,Gesamtbetrag",
        "N° commande,Client,Date de commande,Montant TTC",
        "PEDIDO,CLIENTE,FECHA,TOTAL",
        "Número do pedido,Código do cliente,Data do pedido,Valor total",
        "Numero ordine,Codice cliente,Data ordine,Importo totale",
        "Ordernummer,Klantnummer,Besteldatum,Totaalbedrag",
        "注文番号,顧客ID,注文日時,合計金額",
        "주문번호,고객ID,주문일시,결제금액",
        "訂單編號,會員編號,訂單日期,訂單金額",
        "VBELN,KUNNR,ERDAT,NETWR",
        "# de venta,Comprador,Fecha de venta,Total (ARS)",
    ],
)
def test_names_in_several_languages(tmp_path: Path, header: str) -> None:
    found = read(written(shop()).set_axis(header.split(","), axis=1), tmp_path)
    assert (facts(found), found.notes) == (truth(shop()), ())
    assert list(found.columns) == ["customer", "date", "amount", "order"]


@pytest.mark.parametrize(
    "header",
    [
        "orderHash,customerNumber,orderDateTime,amountTotal",
        "Invoice Ref.,Unique Customer Code,Order Creation Date,Net Amount Paid",
        "商户订单编号,买家openid,订单创建日期,订单实际支付金额",
        "销售单编码,会员唯一标识,开单日期,应收总额",
    ],
)
def test_names_made_of_known_parts_are_read_and_said(tmp_path: Path, header: str) -> None:
    names = header.split(",")
    found = read(written(shop()).set_axis(names, axis=1).assign(shipping_total="4.00"), tmp_path)
    assert facts(found) == truth(shop())
    assert found.notes == tuple(
        f"{name} was read as the {kind}, by the parts of its name"
        for name, kind in zip((*names[1:], names[0]), ("customer", "date", "amount", "order number"), strict=True)
    )


@pytest.mark.parametrize(
    "name", ["customer_age", "customers", "number_of_customers", "user_agent", "客户等级", "买家留言"]
)
def test_names_with_other_parts_are_not_read(name: str) -> None:
    with pytest.raises(InputError, match="no column holds the customer"):
        find_columns([name, "date", "amount"], None, None, "x.csv")


def test_of_several_amounts_what_was_paid_is_taken() -> None:
    found = find_columns(["客户", "日期", "订单应付总额", "订单实付总额", "订单运费"], None, None, "x.csv")
    assert found.named["amount"] == "订单实付总额"


def test_names_of_parts_are_kinds() -> None:
    assert set(PARTS) <= set(NAMES)


def test_a_map_in_other_case(tmp_path: Path) -> None:
    table = written(shop()).set_axis(["a", "Kto", "Wann", "Wie viel"], axis=1)
    found = read(table, tmp_path, {"customer": "KTO", "date": "wann", "amount": "wie_viel"})
    assert facts(found) == truth(shop())


@pytest.mark.parametrize(("unit", "factor"), [("分", 100.0), ("cents", 100.0), ("万元", 1e-4), ("in thousands", 1e-3)])
def test_units_that_a_header_names(tmp_path: Path, unit: str, factor: float) -> None:
    table = written(shop()).assign(amount=[f"{a * factor:.6f}" for a in shop()["amount"]])
    found = read(table.rename(columns={"amount": f"amount ({unit})"}), tmp_path)
    assert facts(found) == truth(shop())
    assert found.notes == (f"amount ({unit}): amounts are in {unit}, and were converted",)


@pytest.mark.parametrize(
    ("sign", "name"),
    [("€ ", "EUR"), ("US $", "USD"), ("RMB", "CNY"), ("￥", "CNY"), ("R$ ", "BRL"), ("$", "$")],
)
def test_the_name_of_a_currency(tmp_path: Path, sign: str, name: str) -> None:
    found = read(written(shop()).assign(amount=[f"{sign}{a:.2f}" for a in shop()["amount"]]), tmp_path)
    assert (facts(found), found.to_json()["currency"]) == (truth(shop()), name)


def test_whole_amounts_in_yen_or_yuan_are_in_either(tmp_path: Path) -> None:
    found = read(written(shop()).assign(amount=[f"¥{a:.0f}" for a in shop()["amount"]]), tmp_path)
    assert found.to_json()["currency"] == "¥"


def test_amounts_that_cannot_be_read_are_not_those_of_another_row(tmp_path: Path) -> None:
    table = written(shop())
    later = table.iloc[::10].assign(amount=[f"{a} CR" for a in table["amount"].iloc[::10]])
    with pytest.raises(InputError, match=r"9\.1% of the column cannot be read.* CR'"):
        read(pd.concat([table, later]), tmp_path)


def test_negative_quantities_beside_positive_amounts_are_returns(tmp_path: Path) -> None:
    table = written(shop()).assign(quantity="1")
    back = table.iloc[::10].assign(quantity="-1")
    found = read(pd.concat([table, back]), tmp_path)
    assert facts(found) == truth(shop().drop(shop().index[::10]))
    assert aside(found) == {"the order was refunded in full": 24}


@pytest.mark.parametrize(
    "words", ["Belegart,Rechnung,Gutschrift", "document type,Invoice,Credit memo", "Type,Facture,Avoir"]
)
def test_credit_notes_with_positive_amounts_are_refunds(tmp_path: Path, words: str) -> None:
    column, sale, credit = words.split(",")
    table = written(shop()).assign(**{column: sale})
    back = table.iloc[::10].assign(**{column: credit, "order_id": [f"G{n}" for n in range(12)]})
    found = read(pd.concat([table, back]), tmp_path)
    assert facts(found) == truth(shop().drop(shop().index[::10]))
