"""One invented shop in the public header layouts of shop platforms, one small file for each profile."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CUSTOMERS, EACH = 24, 4


@dataclass(frozen=True)
class ShopOrder:
    """One order of the shop: cents of its lines (price, quantity), and what became of it."""

    number: int
    customer: int
    when: datetime
    lines: tuple[tuple[int, int], ...]
    outcome: str

    @property
    def total(self) -> int:
        return sum(price * quantity for price, quantity in self.lines)

    @property
    def refunded(self) -> int:
        return {"refunded": self.total, "part": self.total // 2}.get(self.outcome, 0)

    @property
    def kept(self) -> int:
        """Cents that are sales net of refunds."""
        return self.total - self.refunded if self.outcome in ("sale", "part", "refunded") else 0


def shop(outcomes: Sequence[str], *, lines: int = 2) -> list[ShopOrder]:
    """The orders of the shop in order of time; `outcomes` take turns among every tenth order, the others are sales."""
    orders = []
    for i in range(CUSTOMERS * EACH):
        customer = (i * 7) % CUSTOMERS
        when = datetime(2025, 1, 3, 9, 30) + timedelta(days=3 * i, minutes=13 * i)
        items = tuple((1000 + 37 * i + 500 * j, 1 + (i + j) % 2) for j in range(1 + (i % 3 == 0) * (lines - 1)))
        outcome = outcomes[(i // 10) % len(outcomes)] if i % 10 == 9 and outcomes else "sale"
        orders.append(ShopOrder(1001 + i, customer, when, items, outcome))
    return orders


Row = Mapping[str, str]


@dataclass(frozen=True)
class PlatformExport:
    """A platform's export: its header, the words of its states, and the rows of an order.

    lines: the most lines of an order. before, after: lines around the table.
    """

    header: str
    words: Mapping[str, str]
    rows: Callable[[ShopOrder, str], list[Row]]
    lines: int = 1
    separator: str = ","
    encoding: str = "utf-8"
    before: str = ""
    after: str = ""

    @property
    def orders(self) -> list[ShopOrder]:
        return shop([outcome for outcome in self.words if outcome != "sale"], lines=self.lines)

    def content(self) -> bytes:
        """The bytes of the file."""
        stream = io.StringIO()
        names = next(csv.reader([self.header], delimiter=self.separator))
        writer = csv.DictWriter(stream, names, restval="", delimiter=self.separator)
        writer.writeheader()
        for order in self.orders:
            writer.writerows(self.rows(order, self.words.get(order.outcome, "")))
        return (self.before + stream.getvalue() + self.after).encode(self.encoding)


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def email(order: ShopOrder) -> str:
    return f"c{order.customer:03d}@example.com"


def nick(order: ShopOrder) -> str:
    return f"tb_c{order.customer:03d}"


def stamp(order: ShopOrder) -> str:
    return order.when.strftime("%Y-%m-%d %H:%M:%S")


def on_first(order: ShopOrder, first: Row, line: Callable[[int, int, int], Row]) -> list[Row]:
    """Rows of lines, order-level fields on the first one only."""
    return [{**(first if j == 0 else {}), **line(j, *item)} for j, item in enumerate(order.lines)]


def on_each(order: ShopOrder, every: Row, line: Callable[[int, int, int], Row]) -> list[Row]:
    """Rows of lines, order-level fields on each one."""
    return [{**every, **line(j, *item)} for j, item in enumerate(order.lines)]


def shopify(order: ShopOrder, word: str) -> list[Row]:
    first = {
        "Financial Status": word,
        "Currency": "USD",
        "Total": money(order.total),
        "Refunded Amount": money(order.refunded),
        "Cancelled at": stamp(order) + " +0000" if order.outcome == "cancelled" else "",
        "Paid at": stamp(order) + " +0000",
    }
    return on_first(
        order,
        first,
        lambda j, price, quantity: {
            "Name": f"#{order.number}",
            "Email": email(order),
            "Created at": stamp(order) + " +0000",
            "Lineitem quantity": str(quantity),
            "Lineitem price": money(price),
            "Lineitem name": f"Item {j}",
        },
    )


def woocommerce(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "order_id": str(order.number),
            "order_number": str(order.number),
            "order_date": stamp(order),
            "status": word,
            "order_total": money(order.total),
            "refunded_total": money(order.refunded if order.outcome == "part" else 0),
            "order_currency": "EUR",
            "customer_id": str(order.customer + 5),
            "billing_email": email(order),
        }
    ]


def magento(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "ID": f"{order.number:09d}",
            "Purchase Point": "Main Website",
            "Purchase Date": order.when.strftime("%b %d, %Y %I:%M:%S %p"),
            "Bill-to Name": "A B",
            "Grand Total (Base)": money(order.total),
            "Grand Total (Purchased)": money(order.total),
            "Status": word,
            "Customer Email": email(order),
            "Total Refunded": money(order.refunded),
        }
    ]


def taobao(order: ShopOrder, word: str) -> list[Row]:
    paid = order.outcome != "unpaid"
    return [
        {
            "订单编号": f'="{21000000000000 + order.number}"',
            "买家会员名": nick(order),
            "买家应付货款": money(order.total),
            "总金额": money(order.total),
            "买家实际支付金额": money(order.total if paid else 0),
            "订单状态": word,
            "收货人姓名": "张**",
            "订单创建时间": stamp(order),
            "订单付款时间": stamp(order) if paid else "",
            "退款金额": money(order.refunded),
        }
    ]


def youzan(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "订单号": f"E2025{order.number}",
            "订单状态": word,
            "订单创建时间": stamp(order),
            "买家付款时间": stamp(order) if order.outcome != "unpaid" else "",
            "买家姓名": f"客{order.customer}",
            "买家手机号": f"138000{order.customer:05d}",
            "应收订单金额": money(order.total),
            "订单实付金额": money(order.total),
            "退款金额": "\t" + money(order.refunded),
        }
    ]


def jd(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "订单号": f"2{order.number:011d}",
            "下单时间": stamp(order),
            "订单金额": money(order.total),
            "结算金额": money(order.total),
            "应付金额": money(order.total),
            "订单状态": word,
            "下单帐号": f"jd_{order.customer:03d}",
        },
        lambda j, price, quantity: {"商品ID": f"10{j}", "订购数量": str(quantity), "京东价": money(price)},
    )


def amazon(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "amazon-order-id": f"113-{order.number:07d}-0000001",
            "purchase-date": order.when.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "order-status": word,
            "currency": "USD",
            "buyer-email": f"x{order.customer:03d}@marketplace.amazon.com",
        },
        lambda j, price, quantity: {
            "sku": f"SKU{j}",
            "quantity": str(quantity),
            "item-price": "" if order.outcome == "cancelled" else money(price * quantity),
        },
    )


def stripe(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "id": f"ch_{order.number}",
            "Created (UTC)": order.when.strftime("%Y-%m-%d %H:%M"),
            "Amount": money(order.total),
            "Amount Refunded": money(order.refunded),
            "Currency": "usd",
            "Status": word,
            "Customer ID": f"cus_{order.customer:03d}",
            "Customer Email": email(order),
        }
    ]


def square(order: ShopOrder, word: str) -> list[Row]:
    common = {"Time Zone": "Eastern Time (US & Canada)", "Customer ID": f"CUST{order.customer:03d}"}
    sale = {
        **common,
        "Date": order.when.strftime("%Y-%m-%d"),
        "Time": order.when.strftime("%H:%M:%S"),
        "Gross Sales": f"${money(order.total)}",
        "Net Sales": f"${money(order.total)}",
        "Tax": "$1.00",
        "Total Collected": f"${money(order.total + 100)}",
        "Transaction ID": f"T{order.number}",
        "Event Type": "Payment",
    }
    if not order.refunded:
        return [sale]
    later = order.when + timedelta(days=1)
    back = {"Date": later.strftime("%Y-%m-%d"), "Event Type": "Refund", "Transaction ID": f"R{order.number}"}
    amount = f"-${money(order.refunded)}"
    return [sale, {**sale, **back, "Gross Sales": amount, "Net Sales": amount, "Total Collected": amount}]


def paypal(order: ShopOrder, word: str) -> list[Row]:
    sale = {
        "Date": order.when.strftime("%d/%m/%Y"),
        "Time": order.when.strftime("%H:%M:%S"),
        "TimeZone": "CET",
        "Type": "Express Checkout Payment" if order.outcome != "unpaid" else "General Authorization",
        "Status": word,
        "Currency": "EUR",
        "Gross": money(order.total),
        "Fee": "-0.35",
        "Net": money(order.total - 35),
        "From Email Address": email(order),
        "To Email Address": "shop@example.com",
        "Transaction ID": f"8TX{order.number}",
    }
    if not order.refunded:
        return [sale]
    later = {"Date": (order.when + timedelta(days=2)).strftime("%d/%m/%Y"), "Type": "Payment Refund"}
    paid = {"From Email Address": "shop@example.com", "To Email Address": email(order)}
    amounts = {"Gross": f"-{money(order.refunded)}", "Net": f"-{money(order.refunded - 35)}", "Fee": "0.35"}
    numbers = {"Transaction ID": f"9RF{order.number}", "Reference Txn ID": f"8TX{order.number}"}
    return [sale, {**sale, **later, **paid, **amounts, **numbers, "Status": "Completed"}]


def square_items(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "Date": order.when.strftime("%m/%d/%y"),
            "Time": order.when.strftime("%H:%M:%S"),
            "Time Zone": "Eastern Time (US & Canada)",
            "Transaction ID": f"T{order.number}",
            "Event Type": "Payment",
            "Customer ID": f"CUST{order.customer:03d}",
        },
        lambda j, price, quantity: {
            "Item": f"Item {j}",
            "Qty": f"{quantity}.0",
            "SKU": f"S{j}",
            "Gross Sales": f"${money(price * quantity)}",
            "Net Sales": f"${money(price * quantity)}",
        },
    )


def uci(order: ShopOrder, word: str) -> list[Row]:
    def rows(number: str, day: datetime, sign: int) -> list[Row]:
        every = {"InvoiceNo": number, "InvoiceDate": day.strftime("%m/%d/%Y %H:%M"), "Country": "United Kingdom"}
        return on_each(
            order,
            {**every, "CustomerID": str(12000 + order.customer)},
            lambda j, price, quantity: {
                "StockCode": f"2{j}",
                "Description": f"ITEM {j}",
                "Quantity": str(sign * quantity),
                "UnitPrice": money(price),
            },
        )

    sale = rows(str(536000 + order.number), order.when, 1)
    back = rows(f"C{537000 + order.number}", order.when + timedelta(days=2), -1)
    return [*sale, *back] if order.refunded else sale


def pinduoduo(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "订单号": f"250103-{order.number}",
            "订单状态": word,
            "商品总价(元)": money(order.total),
            "用户实付金额(元)": money(order.total),
            "商家实收金额(元)": money(order.total),
            "商品数量(件)": "1",
            "收货人": f"客{order.customer}",
            "手机": f"139000{order.customer:05d}",
            "支付时间": stamp(order),
            "售后状态": "无售后或售后取消",
        }
    ]


def douyin(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "主订单编号": f"69{order.number:014d}",
            "订单提交时间": stamp(order),
            "支付完成时间": stamp(order) if order.outcome != "unpaid" else "",
            "订单状态": word,
            "用户昵称": f"用户{order.customer:03d}",
            "售后状态": "-",
        },
        lambda j, price, quantity: {
            "子订单编号": f"69{order.number:014d}{j}",
            "商品数量": str(quantity),
            "商品单价": money(price),
            "订单应付金额": money(price * quantity),
        },
    )


def tiktok(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "Order ID": f"5769{order.number:012d}",
            "Order Status": word,
            "Order Amount": money(order.total),
            "Order Refund Amount": money(order.refunded),
            "Created Time": order.when.strftime("%m/%d/%Y %I:%M:%S %p"),
            "Paid Time": order.when.strftime("%m/%d/%Y %I:%M:%S %p"),
            "Cancelled Time": order.when.strftime("%m/%d/%Y %I:%M:%S %p") if order.outcome == "cancelled" else "",
            "Buyer Username": f"buyer{order.customer:03d}",
        },
        lambda j, price, quantity: {
            "SKU ID": f"17{j}",
            "Quantity": str(quantity),
            "SKU Unit Original Price": money(price),
            "SKU Subtotal After Discount": money(price * quantity),
        },
    )


def etsy(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "Sale Date": order.when.strftime("%m/%d/%y"),
            "Order ID": str(3000000000 + order.number),
            "Buyer User ID": f"user{order.customer:03d}",
            "Full Name": "A B",
            "Number of Items": "1",
            "Currency": "USD",
            "Order Value": money(order.total),
            "Order Total": money(order.total),
            "Order Net": money(order.total - 50),
        }
    ]


def ebay(order: ShopOrder, word: str) -> list[Row]:
    head = {
        "Sales Record Number": str(order.number),
        "Order Number": f"27-{order.number:05d}-11111",
        "Buyer Username": f"ebayer{order.customer:03d}",
        "Sale Date": order.when.strftime("%b-%d-%y"),
        "Paid On Date": order.when.strftime("%b-%d-%y"),
    }
    items = [
        {"Item Number": f"11{j}", "Item Title": f"Item {j}", "Quantity": str(quantity), "Sold For": f"${money(price)}"}
        for j, (price, quantity) in enumerate(order.lines)
    ]
    total = {"Total Price": f"${money(order.total)}"}
    if len(items) == 1:
        return [{**head, **items[0], **total}]
    return [{**head, "Quantity": "2", **total}, *({**head, **item} for item in items)]


def bigcommerce(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "Order ID": str(order.number),
            "Customer ID": str(order.customer + 7),
            "Customer Email": email(order),
            "Order Date": order.when.strftime("%d/%m/%Y"),
            "Order Status": word,
            "Order Total (inc tax)": money(order.total),
            "Order Total (ex tax)": money(order.total - 10),
            "Refund Amount": money(order.refunded),
            "Order Currency Code": "AUD",
        }
    ]


def squarespace(order: ShopOrder, word: str) -> list[Row]:
    first = {
        "Email": email(order),
        "Financial Status": word,
        "Currency": "USD",
        "Total": money(order.total),
        "Amount Refunded": money(order.refunded),
        "Created at": stamp(order) + " -0500",
    }
    return on_first(
        order,
        first,
        lambda j, price, quantity: {
            "Order ID": f"{order.number:05d}",
            "Lineitem quantity": str(quantity),
            "Lineitem price": money(price),
            "Lineitem name": f"Item {j}",
        },
    )


def wix(order: ShopOrder, word: str) -> list[Row]:
    return on_each(
        order,
        {
            "Order number": str(order.number),
            "Date created": order.when.strftime("%b %d, %Y"),
            "Contact email": email(order),
            "Payment status": word,
            "Currency": "USD",
            "Total": money(order.total),
            "Refunded amount": money(order.refunded),
        },
        lambda j, price, quantity: {"Item": f"Item {j}", "SKU": f"S{j}", "Qty": str(quantity), "Price": money(price)},
    )


def prestashop(order: ShopOrder, word: str) -> list[Row]:
    return [
        {
            "ID": str(order.number),
            "Reference": f"REF{order.number}",
            "New client": "0",
            "Customer": f"{chr(65 + order.customer)}. Someone",
            "Total": f"€{order.total / 100:.2f}",
            "Payment": "Card",
            "Status": word,
            "Date": stamp(order),
        }
    ]


def wechat_pay(order: ShopOrder, word: str) -> list[Row]:
    sale = {
        "交易时间": f"`{stamp(order)}",
        "公众账号ID": "`wx0000000000000001",
        "商户号": "`1230000109",
        "微信订单号": f"`42000000{order.number:016d}",
        "商户订单号": f"`M2025{order.number}",
        "用户标识": f"`oUpF8u{order.customer:03d}",
        "交易类型": "`JSAPI",
        "交易状态": "`SUCCESS",
        "付款银行": "`OTHERS",
        "货币种类": "`CNY",
        "应结订单金额": f"`{money(order.total)}",
        "退款金额": "`0.00",
        "手续费": "`0.10",
        "费率": "`0.60%",
        "订单金额": f"`{money(order.total)}",
    }
    if not order.refunded:
        return [sale]
    later = (order.when + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    back = {"交易时间": f"`{later}", "交易状态": "`REFUND", "应结订单金额": "`0.00", "订单金额": "`0.00"}
    return [sale, {**sale, **back, "退款金额": f"`{money(order.refunded)}", "微信退款单号": f"`50000{order.number}"}]


def alipay(order: ShopOrder, word: str) -> list[Row]:
    sale = {
        "支付宝交易号": f"20250103220014{order.number}\t",
        "商户订单号": f"A2025{order.number}\t",
        "业务类型": "交易\t",
        "商品名称": "Item",
        "创建时间": stamp(order),
        "完成时间": stamp(order),
        "对方账户": f"c{order.customer:03d}@example.com\t",
        "订单金额（元）": money(order.total),
        "商家实收（元）": money(order.total),
        "服务费（元）": "0.00",
    }
    if not order.refunded:
        return [sale]
    later = (order.when + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    amount = f"-{money(order.refunded)}"
    back = {
        "业务类型": "退款\t",
        "创建时间": later,
        "完成时间": later,
        "订单金额（元）": amount,
        "商家实收（元）": amount,
    }
    return [sale, {**sale, **back}]


EXPORTS: dict[str, PlatformExport] = {
    "shopify": PlatformExport(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
        "Currency,Subtotal,Shipping,"
        "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Cancelled at,Payment Method,"
        "Refunded Amount,Vendor,Id,Tags,Source,Phone",
        {
            "sale": "paid",
            "cancelled": "voided",
            "unpaid": "pending",
            "refunded": "refunded",
            "part": "partially_refunded",
        },
        shopify,
        lines=2,
    ),
    "woocommerce": PlatformExport(
        "order_id,order_number,order_date,status,shipping_total,tax_total,discount_total,order_total,refunded_total,"
        "order_currency,payment_method,customer_id,billing_first_name,billing_last_name,billing_email,customer_note",
        {
            "sale": "completed",
            "cancelled": "cancelled",
            "unpaid": "on-hold",
            "refunded": "refunded",
            "part": "processing",
        },
        woocommerce,
    ),
    "magento": PlatformExport(
        "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,"
        "Billing Address,Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,"
        "Shipping and Handling,Customer Name,Payment Method,Total Refunded",
        {
            "sale": "complete",
            "cancelled": "canceled",
            "unpaid": "pending_payment",
            "refunded": "closed",
            "part": "processing",
        },
        magento,
    ),
    "taobao": PlatformExport(
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,"
        "买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,物流公司,订单备注,"
        "宝贝总数量,店铺Id,店铺名称,订单关闭原因,退款金额",
        {"sale": "交易成功", "unpaid": "等待买家付款", "cancelled": "交易关闭"},
        taobao,
        encoding="gbk",
    ),
    "tmall": PlatformExport(
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,订单创建时间,"
        "订单付款时间,宝贝标题,订单关闭原因,天猫卡券抵扣,集分宝抵扣,退款金额",
        {"sale": "卖家已发货，等待买家确认", "unpaid": "等待买家付款", "cancelled": "交易关闭", "part": "交易成功"},
        taobao,
        encoding="gbk",
    ),
    "youzan": PlatformExport(
        "订单号,订单类型,订单状态,订单创建时间,买家付款时间,交易成功时间,买家姓名,买家手机号,应收订单金额,订单实付金额,退款金额,归属店铺",
        {"sale": "交易完成", "unpaid": "待付款", "cancelled": "交易关闭", "refunded": "已退款"},
        youzan,
        encoding="utf-8-sig",
    ),
    "jd": PlatformExport(
        "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,"
        "客户地址,联系电话,订单备注",
        {"sale": "完成", "unpaid": "等待付款", "cancelled": "(删除)等待出库"},
        jd,
        lines=2,
        encoding="gbk",
    ),
    "amazon": PlatformExport(
        "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\t"
        "sales-channel\tship-service-level\tproduct-name\tsku\tasin\titem-status\tquantity\tcurrency\titem-price\t"
        "item-tax\t"
        "shipping-price\tship-country\tbuyer-email",
        {"sale": "Shipped", "cancelled": "Cancelled", "unpaid": "Pending"},
        amazon,
        lines=2,
        separator="\t",
    ),
    "stripe": PlatformExport(
        "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,Fee,Status,"
        "Statement Descriptor,Customer ID,Customer Description,Customer Email,Captured,Card ID,Invoice ID,Transfer",
        {"sale": "Paid", "unpaid": "Failed", "refunded": "Refunded", "part": "Partial Refund"},
        stripe,
    ),
    "paypal": PlatformExport(
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,"
        "Transaction ID,Shipping Address,Item Title,Item ID,Reference Txn ID,Balance",
        {"sale": "Completed", "unpaid": "Pending", "refunded": "Completed", "part": "Completed"},
        paypal,
    ),
    "square": PlatformExport(
        "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
        "Total Collected,Source,Card,Cash,Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,Device Name,"
        "Details,Description,Event Type,Location,Dining Option,Customer ID,Customer Name,Customer Reference ID",
        {"sale": "", "refunded": "", "part": ""},
        square,
    ),
    "square_items": PlatformExport(
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
        "Discounts,Net Sales,Tax,"
        "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,"
        "Customer ID,Customer Name,"
        "Customer Reference ID,Unit,Count",
        {"sale": ""},
        square_items,
        lines=2,
    ),
    "uci": PlatformExport(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        {"sale": "", "refunded": ""},
        uci,
        lines=2,
    ),
    "pinduoduo": PlatformExport(
        "商品,订单号,订单状态,商品总价(元),店铺优惠折扣(元),平台优惠折扣(元),邮费(元),用户实付金额(元),商家实收金额(元),商品数量(件),收货人,手机,"
        "省,市,区,支付时间,承诺发货时间,发货时间,确认收货时间,商品id,商品规格,售后状态,快递单号",
        {"sale": "已收货", "unpaid": "待支付", "cancelled": "已取消"},
        pinduoduo,
    ),
    "douyin": PlatformExport(
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,达人优惠,"
        "支付方式,收件人,收件人手机号,省,市,区,详细地址,买家留言,订单提交时间,商家备注,订单完成时间,支付完成时间,APP渠道,流量来源,订单状态,"
        "承诺发货时间,订单类型,售后状态,取消原因,用户昵称",
        {"sale": "已完成", "unpaid": "待支付", "cancelled": "已关闭"},
        douyin,
        lines=2,
    ),
    "tiktok": PlatformExport(
        "Order ID,Order Status,Order Substatus,Cancelation/Return Type,SKU ID,Seller SKU,"
        "Product Name,Variation,Quantity,"
        "Sku Quantity of return,SKU Unit Original Price,SKU Subtotal Before Discount,SKU Platform Discount,"
        "SKU Seller Discount,SKU Subtotal After Discount,Shipping Fee After Discount,Taxes,"
        "Order Amount,Order Refund Amount,"
        "Created Time,Paid Time,Shipped Time,Delivered Time,Cancelled Time,Cancel By,Cancel Reason,"
        "Buyer Username,Recipient",
        {"sale": "Completed", "unpaid": "Unpaid", "cancelled": "Canceled"},
        tiktok,
        lines=2,
    ),
    "etsy": PlatformExport(
        "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,"
        "Ship City,Ship Country,Currency,Order Value,Coupon Code,Discount Amount,Shipping,Sales Tax,Order Total,Status,"
        "Card Processing Fees,Order Net,Adjusted Order Total,Buyer,Order Type,Payment Type,SKU",
        {"sale": ""},
        etsy,
    ),
    "ebay": PlatformExport(
        "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Item Number,Item Title,Custom Label,"
        "Quantity,Sold For,Shipping And Handling,Total Price,Payment Method,Sale Date,Paid On Date,Shipped On Date",
        {"sale": ""},
        ebay,
        lines=2,
    ),
    "bigcommerce": PlatformExport(
        "Order ID,Customer ID,Customer Name,Customer Email,Customer Phone,Order Date,Order Status,Subtotal (inc tax),"
        "Subtotal (ex tax),Order Total (inc tax),Order Total (ex tax),Refund Amount,"
        "Order Currency Code,Product Details",
        {
            "sale": "Shipped",
            "unpaid": "Awaiting Payment",
            "cancelled": "Declined",
            "refunded": "Refunded",
            "part": "Completed",
        },
        bigcommerce,
    ),
    "squarespace": PlatformExport(
        "Order ID,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,"
        "Amount Refunded,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
        "Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku,Lineitem variant,Billing Name,Cancelled at,Payment Method",
        {"sale": "PAID", "unpaid": "PENDING", "refunded": "REFUNDED", "part": "PARTIALLY_REFUNDED"},
        squarespace,
        lines=2,
    ),
    "wix": PlatformExport(
        "Order number,Date created,Time,Total order quantity,Contact email,Note from customer,Item,Variant,SKU,Qty,"
        "Quantity refunded,Price,Weight,Shipping rate,Total tax,Total,Currency,Refunded amount,"
        "Net amount,Payment status,"
        "Payment method,Fulfillment status",
        {"sale": "Paid", "unpaid": "Unpaid", "refunded": "Fully refunded", "part": "Partially refunded"},
        wix,
        lines=2,
    ),
    "prestashop": PlatformExport(
        "ID;Reference;New client;Delivery;Customer;Total;Payment;Status;Date",
        {"sale": "Delivered", "unpaid": "Awaiting bank wire payment", "cancelled": "Canceled", "refunded": "Refunded"},
        prestashop,
        separator=";",
    ),
    "wechat_pay": PlatformExport(
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
        "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额",
        {"sale": "", "refunded": "", "part": ""},
        wechat_pay,
        encoding="utf-8-sig",
        after="总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n"
        "`100,`9999.00,`10.00,`0.00,`1.00,`9999.00,`10.00\n",
    ),
    "alipay": PlatformExport(
        "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
        "支付宝红包（元）,商家优惠（元）,退款批次号/请求号,服务费（元）,分润（元）,备注",
        {"sale": "", "refunded": "", "part": ""},
        alipay,
        encoding="gbk",
        before="#支付宝业务明细查询\n#账号：[20880000000000000156]\n#起始日期：[2025年01月01日 00:00:00]\n"
        "#-----------------------------------------业务明细列表----------------------------------------\n",
        after="#-----------------------------------------业务明细列表结束------------------------------------\n"
        "#交易合计：96笔，商家实收共9999.00元\n#退款合计：3笔\n#导出时间：[2026年01月01日 10:00:00]\n",
    ),
}
