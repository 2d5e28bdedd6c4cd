"""Order files as they come: encodings, delimiters, lines around the table, archives, workbooks, several files."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from calibration.order_files import file_contents, typed_tables
from calibration.order_files.order_table import OrderTable, read_order_table
from scenarios.errors import InputError

KNOWN = ("customer_id", "order_date", "amount", "order_id")
HEADER = "order_id,customer_id,order_date,amount"
ROWS = [f"{1000 + i},c{i % 20:02d},2025-01-{i % 28 + 1:02d} 10:00:00,{10 + i}.50" for i in range(40)]
PLAIN = "\n".join([HEADER, *ROWS]) + "\n"

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file of text or bytes."""

    def write(content: str | bytes, name: str = "shop.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(*paths: Path) -> OrderTable:
    return read_order_table(paths, KNOWN)


def refused(*paths: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(*paths)
    assert "\n" not in str(caught.value)
    return caught.value


def parts(*paths: Path) -> tuple[str, str]:
    mistake = refused(*paths)
    return mistake.place, mistake.got


def aside(table: OrderTable) -> dict[str, tuple[int, int]]:
    return {one.reason: (one.rows, one.first_row) for one in table.set_aside}


def same(table: OrderTable, content: str = PLAIN) -> None:
    wanted = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(table.cells, wanted, check_dtype=False)


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- text -------------------------------------------------------------------------------------------


def test_a_plain_file_with_its_places(put: Put) -> None:
    table = read(put(PLAIN))
    same(table)
    assert (table.rows, table.place(0), table.place(39)) == (40, "shop.csv: row 2", "shop.csv: row 41")
    assert (table.notes, table.set_aside) == ((), ())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_delimiters(put: Put, separator: str) -> None:
    same(read(put(PLAIN.replace(",", separator))))


def test_decimal_commas_are_no_separators(put: Put) -> None:
    rows = [f"{i};1,5;2,5;3,5;4,5" for i in range(40)]
    assert read(put("\n".join(["order_id;customer_id;amount;b;2025-01", *rows]))).cells.shape == (40, 5)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 (it has no mark)"),
        ("utf-16-be", "UTF-16 (it has no mark)"),
        ("gbk", "GB18030 (GBK)"),
        ("gb18030", "GB18030 (GBK)"),
    ],
)
def test_encodings_of_chinese(put: Put, encoding: str, said: str | None) -> None:
    content = PLAIN.replace(HEADER, "订单编号,买家会员名,订单付款时间,买家实际支付金额").replace("c05", "张三")
    table = read(put(content.encode(encoding)))
    same(table, content)
    assert [note for note in table.notes if said and said in note] == list(table.notes)
    assert bool(table.notes) == bool(said)


@pytest.mark.parametrize(
    ("encoding", "name", "said"),
    [
        ("big5", "王小明", "Big5"),
        ("cp1252", "Renée Müller", "cp1252"),
        ("cp1252", "José", "cp1252"),
        ("gbk", "李", "GBK"),
    ],
)
def test_one_name_tells_the_encoding(put: Put, encoding: str, name: str, said: str) -> None:
    content = PLAIN.replace("c05", name)
    table = read(put(content.encode(encoding)))
    same(table, content)
    assert [said in note for note in table.notes] == [True]


@pytest.mark.parametrize(
    ("encoding", "header", "name", "said"),
    [
        ("cp932", "注文番号,顧客番号,注文日,金額", "田中", "Shift JIS"),
        ("cp932", HEADER, "ヤマダ", "Shift JIS"),
        ("euc_jp", "注文番号,顧客番号,注文日,金額", "田中", "EUC-JP"),
        ("euc_jp", HEADER, "ひろし", "EUC-JP"),
        ("cp949", "주문번호,고객명,주문일자,결제금액", "김철수", "EUC-KR"),
        ("cp949", "번,사람,나라시간,돈과값", "김철수아이", "EUC-KR"),
        ("cp1251", "Номер,Клиент,Дата,Сумма", "Иванов", "cp1251"),
        ("koi8-r", "Номер,Клиент,Дата,Сумма", "Иванов", "KOI8-R"),
        ("cp1253", "Αριθμός,Πελάτης,Ημερομηνία,Ποσό", "Γιώργος", "cp1253"),
        ("cp874", "หมายเลข,ลูกค้า,วันที่,จำนวนเงิน", "สมชาย", "cp874"),
    ],
)
def test_encodings_of_other_languages(put: Put, encoding: str, header: str, name: str, said: str) -> None:
    content = PLAIN.replace(HEADER, header).replace("c05", name)
    table = read(put(content.encode(encoding)))
    same(table, content)
    assert [said in note and "--encoding" in note for note in table.notes] == [True]


def test_an_encoding_that_is_named(put: Put) -> None:
    content = PLAIN.replace(HEADER, "Zamówienie,Klient,Datę,Kwotę").replace("c05", "Łukasz Żółć")
    path = put(content.encode("cp1250"))
    with pytest.raises(InputError) as caught:
        read(path)
    assert ("--encoding NAME" in caught.value.expected, caught.value.got) == (True, "other bytes")
    table = read_order_table([path], KNOWN, "cp1250")
    same(table, content)
    assert table.notes == ()
    for name, place, got in (
        ("utf-8", "shop.csv: row 1", "other bytes"),
        ("cp99", "--encoding", "'cp99'"),
        ("base64", "--encoding", "'base64'"),
    ):
        with pytest.raises(InputError) as caught:
            read_order_table([path], KNOWN, name)
        assert (caught.value.place, caught.value.got) == (place, got)


def test_bytes_of_no_encoding_and_binary_data(put: Put) -> None:
    assert parts(put(PLAIN.encode() + b"\xff\xff\xff,a,b,c\n")) == ("shop.csv: row 42", "other bytes")
    assert parts(put(b"order_id,customer_id\n\x00\x01\x02")) == ("shop.csv: row 2", "binary data")
    assert parts(put(PLAIN.encode("utf-16")[:-1]))[1] == "other bytes"


def test_zero_bytes_at_the_end(put: Put) -> None:
    table = read(put(PLAIN.encode() + bytes(64)))
    same(table, PLAIN)
    assert table.notes == ("zero bytes at the end of the file were left out",)


def test_lines_before_the_header(put: Put) -> None:
    start = "#店铺订单明细查询\nShop name,My shop\n\nFrom,2025-01-01,to,2025-12-31\n"
    table = read(put(start + PLAIN))
    same(table)
    assert (table.notes, table.place(0)) == (
        ("the header was found in row 5, below other lines",),
        "shop.csv: row 6",
    )


def test_a_header_of_unknown_names_is_the_first_full_row(put: Put) -> None:
    content = PLAIN.replace(HEADER, "nr,kto,kiedy,ile")
    same(read(put("Report of the shop\n" + content)), content)
    assert refused(put("\n".join(ROWS))).problem == "no header"


def test_a_line_that_names_the_separator(put: Put) -> None:
    table = read(put("sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n")))
    same(table)
    assert (table.notes, table.place(0)) == (
        ("the first line says that cells are separated by ';'",),
        "shop.csv: row 3",
    )


def test_repeated_headers_blank_lines_and_totals(put: Put) -> None:
    lines = [HEADER, *ROWS[:10], "", HEADER, *ROWS[10:], ",,,", ",Total,,1234.5", "", "Exported by the shop"]
    table = read(put("\n".join(lines)))
    same(table)
    assert aside(table) == {
        "the header again": (1, 13),
        "a row of totals": (1, 45),
        "a line below the table": (1, 47),
    }
    assert (table.rows, table.place(10), table.place(39)) == (43, "shop.csv: row 14", "shop.csv: row 43")


@pytest.mark.parametrize(
    "total", ["合计,,,1200", ",,Total (40 orders),1200", "Grand Total:,,,", ",,,1200.00", "Sum,c,d,e"]
)
def test_totals_at_the_end(put: Put, total: str) -> None:
    table = read(put(PLAIN + total))
    same(table)
    assert aside(table) == {"a row of totals": (1, 42)}


def test_what_only_looks_like_a_total_stays(put: Put) -> None:
    for last in ("1040,totalcare,2025-02-01,9.50", "1040,c01,2025-02-01,1200", "1040,,2025-02-01,17.25"):
        assert aside(read(put(PLAIN + last))) == {}


@pytest.mark.parametrize("subtotal", ["小计,,,145", "Subtotal 2025-01,,,145", ",,Total:,145"])
def test_subtotals_between_rows(put: Put, subtotal: str) -> None:
    lines = [HEADER, *ROWS[:10], subtotal, *ROWS[10:]]
    table = read(put("\n".join(lines)))
    same(table)
    assert aside(table) == {"a row of totals": (1, 12)}


def test_a_row_that_describes_the_columns(put: Put) -> None:
    table = read(
        put(PLAIN.replace(HEADER, HEADER + "\nPlatform order number,The buyer,When it was made,What was paid"))
    )
    same(table)
    assert aside(table) == {"a row that describes the columns": (1, 2)}


def test_a_second_header_in_another_order_is_refused(put: Put) -> None:
    lines = [HEADER, *ROWS, "customer_id,order_id,order_date,amount", "c01,9,2025-01-01,5"]
    mistake = refused(put("\n".join(lines)))
    assert (mistake.place, mistake.problem) == (
        "shop.csv: row 42",
        "a second header with its columns in another order",
    )


def test_guards_and_spaces_stay_in_the_cells(put: Put) -> None:
    content = (
        PLAIN.replace("1003,", '"=""1003""",').replace("c05", "\tc05 ").replace("c06", "'c06").replace("c07", '="c07"')
    )
    cells = read(put(content)).cells
    assert [cells["order_id"][3], *cells["customer_id"][5:8]] == ['="1003"', "\tc05 ", "'c06", '="c07"']


def test_quoted_newlines_and_delimiters(put: Put) -> None:
    table = read(put(PLAIN.replace("c05", '"c,0\n5"')))
    assert table.cells["customer_id"][5] == "c,0\n5"
    assert table.place(6) == "shop.csv: row 8"


def test_too_many_fields(put: Put) -> None:
    assert parts(put(PLAIN + "1,c01,2025-01-01,5,6")) == ("shop.csv: row 42", "5")
    assert parts(put(PLAIN + "1,c01,2025-01-01,5,6,7,8,9")) == ("shop.csv: row 42", "8")
    same(read(put(PLAIN.replace("\n", ",\n"))))


def test_an_unclosed_quotation_mark(put: Put) -> None:
    mistake = refused(put(PLAIN.replace("1038,", '"1038,')))
    assert mistake.expected == "rows of cells, each quotation mark closed"
    mistake = refused(put('"order_id,' + "x" * 200_000 + "\n" + PLAIN))
    assert mistake.place == "shop.csv: row 1"
    assert "131,072" in mistake.expected


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ("<html><table><tr><td>order_id</td></tr></table></html>", "a page of HTML"),
        ('<?xml version="1.0"?><Workbook></Workbook>', "XML"),
        ('[{"order_id": 1}]', "JSON"),
    ],
)
def test_pages_and_data_that_are_no_tables(put: Put, content: str, got: str) -> None:
    assert parts(put(content, "shop.xls")) == ("shop.xls", got)


def test_no_file_no_content_no_rows(put: Put, tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").problem == "no such file"
    assert parts(tmp_path) == (str(tmp_path), "a folder")
    assert parts(put(" \n")) == ("shop.csv: row 1", "an empty file")
    assert len(read(put(HEADER + "\n")).cells) == 0


# --- archives ----------------------------------------------------------------------------------------


def test_gzip_and_its_damage(put: Put) -> None:
    packed = gzip.compress(PLAIN.encode())
    same(read(put(packed, "shop.csv.gz")))
    assert "damaged" in refused(put(packed[:-20], "shop.csv.gz")).problem
    assert "damaged" in refused(put(packed[:30] + b"xxxx" + packed[34:], "shop.csv.gz")).problem


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_zip_of_several_files(put: Put) -> None:
    half = "\n".join([HEADER, *ROWS[:20]]), "\n".join([HEADER, *ROWS[20:]])
    path = put(zipped({"a.csv": half[0].encode(), "b.csv": half[1].encode(), "__MACOSX/._a.csv": b"\0"}), "shop.zip")
    table = read(path)
    same(table)
    assert table.files == ("shop.zip/a.csv", "shop.zip/b.csv")
    assert table.place(20) == "shop.zip/b.csv: row 2"
    assert parts(put(zipped({"in.zip": zipped({"a.csv": b"a"})}), "o.zip"))[1] == "an archive within the archive"
    assert "damaged" in refused(put(path.read_bytes()[:200], "cut.zip")).problem
    assert parts(put(zipped({}), "none.zip")) == ("none.zip", "0")


def test_a_zip_file_whose_compression_is_not_known(put: Put) -> None:
    content = bytearray(zipped({"a.csv": PLAIN.encode()}))
    for header, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(header) + place] = 99
    problem = refused(put(bytes(content), "odd.zip"))
    assert problem.problem == "the zip file cannot be unpacked"
    assert "compression" in problem.got


def test_archives_beyond_the_ceiling(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_contents, "CEILING", 1000)
    monkeypatch.setattr(file_contents, "SPREADSHEET_CEILING", 1000)
    for name, content in (
        ("a.gz", gzip.compress(PLAIN.encode())),
        ("a.zip", zipped({"a.csv": PLAIN.encode()})),
        ("a.xlsx", workbook({"orders": [KNOWN]})),
    ):
        mistake = refused(put(content, name))
        assert "unpacks to at most" in mistake.expected


def test_a_workbook_that_lies_about_its_size(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header of a part says how long it is and what its checksum is; neither is believed."""
    content = bytearray(workbook({"orders": rows_of_a_sheet()}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (7).to_bytes(4, "little")
    mistake = refused(put(bytes(content), "shop.xlsx"))
    assert "damaged" in mistake.problem
    monkeypatch.setattr(file_contents, "SPREADSHEET_CEILING", 100)
    assert "unpacks to at most" in refused(put(bytes(content), "shop.xlsx")).expected


def test_a_sheet_of_few_cells_far_apart(put: Put) -> None:
    """A reader would make all the cells between them."""
    content = workbook({"orders": [KNOWN, ["x"] * len(KNOWN)]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = re.sub(rb'(\sr=")A2"', rb'\1XFD1048576"', members[sheet])
    mistake = refused(put(zipped(members), "shop.xlsx"))
    assert mistake.place == f"shop.xlsx: {sheet}"
    assert mistake.got == "1,048,576 rows of 16,384"
    assert refused(put(zipped({"in.xlsx": zipped(members)}), "a.zip")).got == mistake.got


def test_a_parquet_file_that_shares_one_long_text(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_tables, "CEILING", 1_000_000)
    pd.DataFrame({"order_id": ["x" * 1000] * 5000}).to_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    assert "unpacks to at most" in refused(tmp_path / "a.parquet").expected


@pytest.mark.parametrize("kind", ["text", "gz", "zip", "xlsx", "parquet"])
def test_damage_of_any_kind_is_one_line(put: Put, kind: str, tmp_path: Path) -> None:
    """Bytes are changed, cut off and added at random; a file is read, or refused in one line."""
    whole, random = PLAIN.encode(), np.random.default_rng(7)
    if kind == "parquet":
        pd.DataFrame(rows_of_a_sheet()[1:], columns=rows_of_a_sheet()[0]).to_parquet(tmp_path / "whole")
        whole = (tmp_path / "whole").read_bytes()
    whole = {
        "gz": lambda: gzip.compress(whole),
        "zip": lambda: zipped({"a.csv": whole}),
        "xlsx": lambda: workbook({"orders": rows_of_a_sheet()}),
    }.get(kind, lambda: whole)()
    lines = []
    for _ in range(60):
        changed = bytearray(whole)
        for place in random.choice(len(whole), random.integers(1, 5)):
            changed[place] = random.choice([0, 10, 34, 255, changed[place] ^ 1])
        cut = random.choice([len(whole), len(whole), random.integers(1, len(whole))])
        try:
            read(put(bytes(changed[:cut]) + b"\xff" * int(random.integers(0, 2)), "shop.any"))
        except InputError as mistake:
            lines.append(str(mistake))
    assert len(lines) > 5
    assert not any("\n" in line for line in lines)


def test_a_cell_of_any_length_is_read_or_refused_in_one_line(put: Put) -> None:
    long = "x" * 200_000
    for text in (f"order_id,{long}\n1,2\n", f"{PLAIN}\n1,{long}", f'order_id,"{long}"\n1,2\n', long, f'"{long}'):
        for content in (text.encode(), gzip.compress(text.encode())):
            assert "131,072 characters" in refused(put(content, "shop.csv")).expected


# --- typed files -------------------------------------------------------------------------------------


def rows_of_a_sheet() -> list[list[Any]]:
    rows: list[list[Any]] = [["order_id", "customer_id", "order_date", "amount", "note"]]
    rows += [[1000 + i, f"c{i % 20:02d}", datetime(2025, 1, i % 28 + 1, 10), 10.5 + i, None] for i in range(40)]
    return rows


def test_a_workbook_keeps_its_types(put: Put) -> None:
    rows = [["Orders of the shop"], [], *rows_of_a_sheet(), ["Total", None, None, 1200.0]]
    table = read(put(workbook({"cover": [["hello"]], "orders": rows}), "shop.xlsx"))
    kinds = {name: table.cells[name].dtype.kind for name in ("order_id", "order_date", "amount")}
    assert kinds == {"order_id": "i", "order_date": "M", "amount": "f"}
    assert table.cells["amount"].sum() == sum(10.5 + i for i in range(40))
    assert (table.rows, table.place(0), aside(table)["a row of totals"]) == (41, "shop.xlsx: row 4", (1, 44))
    assert "sheet 'cover' was not read" in table.notes


def test_sheets_that_go_on(put: Put) -> None:
    rows = rows_of_a_sheet()
    table = read(put(workbook({"1": rows[:21], "2": [rows[0], *rows[21:]]}), "shop.xlsx"))
    assert table.cells["order_id"].tolist() == list(range(1000, 1040))
    assert table.notes == ("sheet '2' was read too; its rows count on",)


def test_long_numbers_in_a_workbook_show_that_digits_are_lost(put: Put) -> None:
    rows = rows_of_a_sheet()
    for row in rows[1:]:
        row[0] = row[0] * 10**15 + 7
    cells = read(put(workbook({"orders": rows}), "shop.xlsx")).cells
    assert all("e+" in cell for cell in cells["order_id"])


def test_mixed_columns_of_a_workbook_are_text(put: Put) -> None:
    rows = rows_of_a_sheet()
    rows[3][0], rows[4][3] = "R1002", None
    cells = read(put(workbook({"orders": rows}), "shop.xlsx")).cells
    assert cells["order_id"][:3].tolist() == ["1000", "1001", "R1002"]
    assert cells["amount"].isna().sum() == 1
    rows[5][2] = "31/01/2025"
    mistake = refused(put(workbook({"orders": rows}), "shop.xlsx"))
    assert (mistake.place, "exchanged" in mistake.problem) == ("shop.xlsx: column order_date", True)


def test_damaged_and_empty_workbooks(put: Put) -> None:
    content = workbook({"orders": rows_of_a_sheet()})
    assert "damaged" in refused(put(content[:3000], "shop.xlsx")).problem
    assert parts(put(workbook({"orders": []}), "shop.xlsx")) == ("shop.xlsx: row 1", "an empty workbook")
    assert refused(put(b"\xd0\xcf\x11\xe0 and no more", "shop.xls")).expected.startswith("a complete workbook")


def test_parquet_keeps_its_types(put: Put, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"customer_id": ["a", None], "order_date": [date(2025, 1, 1), date(2025, 1, 2)], "amount": [1.5, 2]}
    )
    table.to_parquet(tmp_path / "shop.parquet")
    cells = read(tmp_path / "shop.parquet").cells
    assert cells["customer_id"].tolist() == ["a", ""]
    assert (cells["order_date"].dtype.kind, cells["amount"].tolist()) == ("M", [1.5, 2.0])
    assert refused(put(b"PAR1 and no more")).expected == "a complete Parquet file"


# --- several files -----------------------------------------------------------------------------------


def test_several_files_are_one_table(put: Put) -> None:
    one, other = put("\n".join([HEADER, *ROWS[:25]]), "a.csv"), put("\n".join([HEADER, *ROWS[20:]]), "b.csv")
    table = read(one, other)
    same(table)
    assert aside(table) == {"the same row is in a later file: the exports overlap": (5, 22)}
    assert table.notes == ("a.csv: 5 of its 25 rows are in a later file too and count once",)
    assert (table.rows, table.place(25), table.name) == (45, "b.csv: row 7", "a.csv and 1 more")
    assert table.digest != read(one).digest


def test_equal_rows_within_a_file_are_no_overlap(put: Put) -> None:
    one, other = put("\n".join([HEADER, ROWS[0], ROWS[0]]), "a.csv"), put("\n".join([HEADER, *[ROWS[0]] * 3]), "b.csv")
    table = read(one, other)
    assert len(table.cells) == 3
    assert table.file_of.tolist() == [1, 1, 1]


def test_overlap_of_a_workbook_and_text(put: Put) -> None:
    rows = [["customer_id", "order_date", "amount"], *([f"c{i}", datetime(2025, 1, 1 + i), 5 + i] for i in range(20))]
    text = "\n".join(
        ["customer_id,order_date,amount", *(f"c{i},2025-01-{1 + i:02d} 00:00:00,{5 + i}.0" for i in range(20))]
    )
    table = read(put(workbook({"orders": rows}), "a.xlsx"), put(text, "b.csv"))
    assert table.file_of.tolist() == [1] * 20


def test_files_with_other_columns(put: Put) -> None:
    one = put(PLAIN, "a.csv")
    turned = put("amount,order_id,customer_id,order_date\n7,1,c01,2025-01-01", "b.csv")
    assert read(one, turned).cells.iloc[-1].tolist() == ["1", "c01", "2025-01-01", "7"]
    other = put("order_id,customer_id,order_date,total\n1,c01,2025-01-01,7", "c.csv")
    assert parts(one, other) == ("c.csv", "without 'amount'; with 'total'")
