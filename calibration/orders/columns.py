"""The columns of an order export by their names, and the dates and flags in their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("customer", "date", "amount")
NAMES: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split())
    for kind, words in {
        "customer": """
            customer_id customer customerid buyer_id buyer buyer_nick user_id userid user member_id
            member client_id household_id openid unionid external_userid 买家昵称 买家会员名 会员名
            会员名称 会员id 会员编号 会员号 会员 客户id 客户编号 客户昵称 客户 用户id 用户编号 用户
            买家id 买家 顾客id 顾客 手机号 收货人手机
        """,
        "date": """
            order_date date paid_at payment_time pay_time order_time ordered_at created_at created
            purchase_date transaction_date invoice_date invoicedate timestamp datetime 付款时间
            订单付款时间 支付时间 付款日期 下单时间 下单日期 订单创建时间 订单日期 创建时间 成交时间
            交易时间 购买时间 购买日期 日期 时间
        """,
        "amount": """
            amount total sales order_total total_price paid payment net_amount revenue order_value value
            price spend gmv 买家实际支付金额 买家实付金额 实付金额 实际支付金额 实付 实收金额 支付金额
            付款金额 订单实付金额 订单金额 总金额 成交金额 金额
        """,
        "order": """
            order_id orderid order_no order_number order invoice invoice_no transaction_id 订单编号
            订单号 订单id 主订单编号 交易编号 单号
        """,
        "refunded": "refunded refund_amount refund is_refunded returned 退款金额 已退款金额 退款 是否退款",
        "status": "status order_status 订单状态 交易状态 状态",
        "currency": "currency currency_code 币种 货币 币别",
        "gross": """
            gross list_value list_total list_price gross_amount gross_sales original_amount original_total
            original_price 原价 原价金额 商品原价 订单原价 商品总价 商品总额 吊牌价 原总价
        """,
        "discount": """
            discount discounts discount_amount total_discount total_discounts discount_total 优惠金额
            优惠总额 总优惠金额 总优惠 订单优惠金额 订单优惠 优惠 折扣金额 折扣 立减 满减
        """,
        "retail": """
            retail_disc retail_discount loyalty_disc loyalty_discount member_discount shop_discount
            store_discount 店铺优惠金额 店铺优惠 商家优惠金额 商家优惠 会员折扣 会员优惠
        """,
        "coupon": """
            coupon_disc coupon_discount coupon_amount coupon voucher voucher_amount 优惠券 优惠券金额
            优惠券抵扣 券抵扣 代金券
        """,
        "coupon_match": "coupon_match_disc coupon_match_discount coupon_match 平台优惠金额 平台优惠 平台补贴",
    }.items()
}
LIST_VALUE, OFF = "gross", ("discount", "retail", "coupon", "coupon_match")
"""Kinds that are read to describe discounts: the list value, and money off it, a total first."""
PAYMENT = ("付款", "支付", "paid", "pay_", "payment")
CLOSED = ("交易关闭", "已关闭", "已取消", "取消", "cancelled", "canceled", "closed", "void")
TRUE, FALSE = ("1", "true", "yes", "y", "是", "已退款"), ("", "0", "false", "no", "n", "否", "无", "未退款")

Bools = npt.NDArray[np.bool_]


def find_columns(header: Iterable[str], mapping: Mapping[str, str] | None, file: str) -> dict[str, str]:
    """The column of each kind of value, by name or as mapped; InputError where one is missing or shares its name."""
    columns = list(header)
    found = _mapped(columns, mapping or {}, file)
    plain = {_plain(column): column for column in reversed(columns)}
    for kind, names in NAMES.items():
        known = (plain[_plain(name)] for name in names if _plain(name) in plain)
        column = next((c for c in known if c not in found.values()), None)
        if kind not in found and column is not None:
            found[kind] = column
    for kind in REQUIRED:
        if kind not in found:
            examples = ", ".join([*NAMES[kind][:3], *[n for n in NAMES[kind] if not n.isascii()][:2]])
            raise InputError(
                f"no column holds the {kind}",
                place=f"{file}: row 1",
                expected=f"--map {kind}=COLUMN or a name such as {examples}",
                got=f"the columns {_listed(columns)}",
            )
    for kind, column in found.items():
        if columns.count(column) > 1:
            got = f"{columns.count(column)} columns named {column!r}"
            raise InputError(place=f"{file}: row 1", expected=f"one column of the {kind}", got=got)
    return found


def _mapped(columns: list[str], mapping: Mapping[str, str], file: str) -> dict[str, str]:
    for kind, column in mapping.items():
        if kind not in NAMES:
            raise InputError(place="--map", expected=f"one of {', '.join(NAMES)} on the left side", got=repr(kind))
        if column not in columns:
            place = f"{file}: row 1: --map {kind}={column}"
            raise InputError("no such column", place=place, got=f"the columns {_listed(columns)}")
    return dict(mapping)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]|[(\uff08].*?[)\uff09]", "", name).lower()


def _listed(columns: list[str]) -> str:
    shown = ", ".join(repr(c[:30]) for c in columns[:8])
    return shown + (" ..." if len(columns) > 8 else "")


# --- dates -----------------------------------------------------------------------------------------

YEAR_FIRST = r"^\s*((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s].*)?$"
COMPACT = r"^\s*((?:19|20)\d{2})(\d{2})(\d{2})(?:[T\s].*)?$"
YEAR_LAST = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d{2})(?:[,T\s].*)?$"


@dataclass(frozen=True)
class Dates:
    """Days as midnight timestamps (NaT where unreadable), and a note on how they were read."""

    day: npt.NDArray[np.datetime64]
    note: str = ""


def read_dates(cells: pd.Series, place: str) -> Dates:
    """Calendar dates of text or timestamp cells, as written (no time zone is applied).

    Year first is read as it stands; with the year last, the order of day and month must show in the file.
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(cells):
        local = cells.dt.tz_localize(None) if cells.dt.tz is not None else cells
        return Dates(local.to_numpy().astype("datetime64[D]").astype("datetime64[s]"))
    codes, unique = pd.factorize(cells.astype(str))
    text = pd.Series(unique, dtype=object)
    parts = text.str.extract(YEAR_FIRST)
    parts = parts.fillna(text.str.extract(COMPACT)).set_axis(["year", "month", "day"], axis=1)
    last = text.str.extract(YEAR_LAST).set_axis(["day", "month", "year"], axis=1)
    note = ""
    if last["year"].notna().any():
        swap, note = _month_first(last, text, place)
        last = last.rename(columns={"day": "month", "month": "day"}) if swap else last
        parts = parts.fillna(last[["year", "month", "day"]])
    days = pd.to_datetime(parts.astype(float), errors="coerce").to_numpy().astype("datetime64[s]")
    return Dates(np.append(days, np.datetime64("NaT", "s"))[codes], note)


def _month_first(parts: pd.DataFrame, text: pd.Series, place: str) -> tuple[bool, str]:
    numbers = parts[["day", "month"]].astype(float)
    day_first, month_first = bool((numbers["day"] > 12).any()), bool((numbers["month"] > 12).any())
    if day_first == month_first:
        example = str(text[parts["year"].notna()].iloc[0])
        problem = "day and month cannot be distinguished"
        raise InputError(problem, place=place, expected="dates like 2026-01-31", got=repr(example))
    return month_first, f"dates were read as {'month/day/year' if month_first else 'day/month/year'}"


# --- flags ----------------------------------------------------------------------------------------


def read_flags(cells: pd.Series) -> Bools | None:
    """Yes-or-no cells as booleans, or None where the cells say something else (such as money)."""
    text = cells.astype(str).str.strip().str.lower().str.replace(r"\.0+$", "", regex=True)
    if not text.isin([*TRUE, *FALSE, "nan", "<na>", "none"]).all():
        return None
    flags: Bools = text.isin(TRUE).to_numpy(dtype=bool)
    return flags
