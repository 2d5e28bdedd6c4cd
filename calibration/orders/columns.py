"""The columns of an order export by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calibration.order_files.profiles import Profile, fold
from scenarios.errors import InputError

REQUIRED = ("customer", "date", "amount")
NAMES: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split())
    for kind, words in {
        "customer": """
            customer_id customer customerid buyer_id buyer buyer_nick user_id userid user member_id
            member client_id client household_id openid unionid external_userid customer_email buyer_email
            billing_email email e-mail email_address 买家昵称 买家会员名 会员名 会员名称 会员id 会员编号 会员号 会员
            客户id 客户编号 客户昵称 客户 会员手机 会员手机号 会员卡号 客户手机 客户手机号 顾客电邮 电邮
            电子邮件 用户id 用户编号 用户昵称 用户 买家id 买家账号 下单账号 下单帐号
            买家 顾客id 顾客 买家手机号 手机号 手机 联系手机 收货人手机 收货人手机号 收件人手机 邮箱 phone
            customer_phone customer_name customer_reference_id billing_phone bill_to_name buyer_name 买家姓名
        """,
        "date": """
            order_date date paid_at payment_time pay_time paid_date payment_date order_time ordered_at created_at
            created purchase_date purchased_on transaction_date transaction_time invoice_date sale_date sales_date
            timestamp datetime order_created date_created 付款时间 订单付款时间 买家付款时间 支付时间 付款日期
            支付完成时间 订单支付时间 下单时间 下单日期 订单创建时间 订单提交时间 提交时间 订单日期 创建时间
            成交时间 订单成交时间 交易时间 购买时间 购买日期 销售日期 消费时间 日期 时间
        """,
        "amount": """
            amount total sales order_total order_amount total_price total_amount paid payment amount_paid net_amount
            net_sales revenue order_value value grand_total spend gmv total_collected line_total line_amount
            item_total item_price 买家实际支付金额 买家实付金额 买家实付 实付金额 实际支付金额 实付款 实付 实收金额
            商家实收金额 支付金额 订单实付金额 订单应付金额 付款金额 订单金额 总金额 成交金额 交易金额 消费金额
            销售金额 金额
        """,
        "price": """
            unit_price price unit_cost price_each item_unit_price price_per_unit lineitem_price 单价 商品单价
            销售单价 售价 价格 商品价格
        """,
        "quantity": """
            quantity qty lineitem_quantity item_quantity quantity_ordered quantity_purchased qty_ordered units 数量
            购买数量 商品数量 销售数量 件数
        """,
        "order": """
            order_id orderid order_no order_number order order_name amazon_order_id increment_id invoice invoice_no
            invoice_id invoice_number transaction_id receipt_no receipt 订单编号 订单号 订单id 主订单编号 交易编号
            交易单号 交易号 流水号 单号 小票号
        """,
        "payment": "payment_id charge_id payment_intent 支付流水号 支付单号 微信支付单号 支付宝交易号",
        "item": """
            sku lineitem_sku stock_code product_id product item_id item item_name lineitem_name product_name asin
            variant_id 商品编码 商品编号 商品id 商家编码 货号 sku编码 skuid 宝贝标题 商品名称 商品标题 商品
        """,
        "refunded": """
            refunded refund_amount refunded_amount amount_refunded total_refunded refund_total refund is_refunded
            returned total_refunded_amount returned_quantity refunded_quantity 退款金额 已退款金额 退款总额 买家退款金额
            订单退款金额 退款 是否退款 退货数量 refunded_at refund_date refund_time 退款时间
        """,
        "status": """
            status order_status order_state financial_status transaction_status payment_state 订单状态 交易状态
            订单交易状态 状态 statut etat état bestellstatus auftragsstatus stato estado_del_pedido status_do_pedido
            ステータス 注文状況 주문상태 статус
        """,
        "payment_status": """
            payment_status paid_status pay_status is_paid zahlungsstatus 支付状态 付款状态 是否付款 是否支付
        """,
        "refund_status": """
            refund_status return_status after_sale_status aftersale_status 售后状态 退款状态 维权状态 售后/退款状态
        """,
        "cancelled": """
            cancelled_at canceled_at cancelled_date cancel_time cancelled canceled is_cancelled voided_at 取消时间
            订单取消时间 是否取消 cancel_reason cancellation_reason 取消原因 deleted_at is_deleted deleted 是否删除
            是否作废 is_test is_test_order test_order 是否测试
        """,
        "type": """
            transaction_type record_type event_type behavior_type entry_type row_type type kind 交易类型 业务类型
            单据类型 类型
        """,
        "currency": "currency currency_code 币种 货币 币别",
        "gross": """
            gross list_value list_total list_price gross_amount gross_sales original_amount original_total
            original_price 原价 原价金额 商品原价 订单原价 商品总价 商品总额 吊牌价 原总价
        """,
        "discount": """
            discount discounts discount_amount total_discount total_discounts discount_total 优惠金额 优惠总额
            总优惠金额 总优惠 订单优惠金额 订单优惠 优惠 折扣金额 折扣 立减 满减
        """,
        "retail": """
            retail_disc retail_discount loyalty_disc loyalty_discount member_discount shop_discount store_discount
            店铺优惠金额 店铺优惠 商家优惠金额 商家优惠 会员折扣 会员优惠
        """,
        "coupon": """
            coupon_disc coupon_discount coupon_amount coupon voucher voucher_amount 优惠券 优惠券金额 优惠券抵扣
            券抵扣 代金券
        """,
        "coupon_match": "coupon_match_disc coupon_match_discount coupon_match 平台优惠金额 平台优惠 平台补贴",
    }.items()
}
"""Kinds of value and the headers that hold them, the preferred one first."""
ENTERED = "entered"
"""The kind of a customer's day of the first order, which is taken only where a user has named its column."""
CAME = """
    entered first_order first_order_date first_order_at first_purchase first_purchase_date first_purchased_at
    customer_since client_since member_since registered registered_at registration_date registration_time signup_date
    signed_up_at joined joined_at date_registered customer_created_at user_registered 注册时间 注册日期 入会时间
    入会日期 首单时间 首单日期 首次下单时间 首次购买时间 首次消费时间 首购时间 客户创建时间 会员注册时间
"""
"""Headers that may say when a customer came."""
LIST_VALUE, OFF = "gross", ("discount", "retail", "coupon", "coupon_match")
"""Kinds that are read to describe discounts: the list value, and money off it, a total first."""
STATES = ("status", "payment_status", "refund_status", "cancelled", "type")
"""Kinds by which a row is judged to be a sale or not."""
PAYMENT = ("付款", "支付", "paid", "pay_", "payment")
AMOUNTS = ("order_amount", "line_amount")
"""Kinds by which a user says what the amount of a row stands for."""
ORDER_WORDS = ("total", "order", "订单", "总", "合计", "grand")
LINE_WORDS = ("line", "item", "unit", "商品", "单价", "小计", "行")


@dataclass(frozen=True)
class Columns:
    """The columns that an export is read from.

    named: kind of value to header. customers and dates: the headers that may hold them, the preferred one first.
    mapped: the kinds that the user has named. amount_is: "order" or "line", where the user has named that.
    """

    named: Mapping[str, str]
    customers: tuple[str, ...]
    dates: tuple[str, ...]
    mapped: frozenset[str]
    amount_is: str = ""

    def states(self) -> dict[str, str]:
        """The columns by which a row is judged to be a sale or not."""
        return {kind: self.named[kind] for kind in STATES if kind in self.named}


def find_columns(
    header: Iterable[str], mapping: Mapping[str, str] | None, profile: Profile | None, file: str
) -> Columns:
    """The column of each kind of value: as mapped, as the profile names it, or by a common name.

    Raises InputError where a column is missing or shares its name with another.
    """
    columns = list(header)
    amount_is = next((kind.removesuffix("_amount") for kind in AMOUNTS if kind in (mapping or {})), "")
    mapped = _mapped(columns, mapping or {}, file)
    found = dict(mapped)
    plain = {fold(column): column for column in reversed(columns)}
    several = {kind: [mapped[kind]] if kind in mapped else [] for kind in ("customer", "date")}
    for names in (profile.columns if profile else {}, NAMES):
        for kind, words in names.items():
            known = list(dict.fromkeys(plain[fold(word)] for word in words if fold(word) in plain))
            if kind in several and kind not in mapped:
                several[kind] += [c for c in known if c not in several[kind] and columns.count(c) == 1]
            column = next((c for c in known if c not in found.values()), None)
            if kind not in found and column is not None:
                found[kind] = column
    if "amount" not in found and "price" in found:
        found = {("amount" if kind == "price" and "quantity" not in found else kind): c for kind, c in found.items()}
    for kind in REQUIRED:
        if kind not in found and not (kind == "amount" and "price" in found):
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
    return Columns(found, tuple(several["customer"]), tuple(several["date"]), frozenset(mapped), amount_is)


def _mapped(columns: list[str], mapping: Mapping[str, str], file: str) -> dict[str, str]:
    for kind, column in mapping.items():
        if kind not in (*NAMES, *AMOUNTS, ENTERED):
            expected = f"one of {', '.join((*NAMES, *AMOUNTS, ENTERED))} or state:WORD on the left side"
            raise InputError(place="--map", expected=expected, got=repr(kind))
        if column not in columns:
            place = f"{file}: row 1: --map {kind}={column}"
            raise InputError("no such column", place=place, got=f"the columns {_listed(columns)}")
    return {("amount" if kind in AMOUNTS else kind): column for kind, column in mapping.items()}


def unread_entries(header: Iterable[str], columns: Columns) -> list[str]:
    """Columns by whose names they may say when a customer came, and that are not read."""
    known = {fold(name) for name in CAME.split()}
    return [c for c in header if fold(c) in known and c not in columns.named.values() and ENTERED not in columns.named]


def _listed(columns: list[str]) -> str:
    shown = ", ".join(repr(c[:30]) for c in columns[:8])
    return shown + (" ..." if len(columns) > 8 else "")
