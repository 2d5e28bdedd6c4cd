"""Every profile reads a file in its platform's public header layout, found by the header alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from calibration.order_files.profiles import (
    AMOUNTS,
    ROWS,
    TREATMENTS,
    fold,
    fold_state,
    profile_names,
    profile_of,
    recognise,
)
from calibration.orders.columns import NAMES
from calibration.orders.order_history import read_history
from calibration.orders.order_rows import ReadingOptions
from scenarios.errors import InputError

from .profile_exports import EXPORTS

PROMISED = ["shopify", "woocommerce", "magento", "taobao", "tmall", "youzan", "jd", "amazon", "stripe", "square", "uci"]


def test_there_is_a_file_for_each_profile() -> None:
    assert set(PROMISED) <= set(profile_names())
    assert set(EXPORTS) == set(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_is_well_formed(name: str) -> None:
    profile = profile_of(name)
    assert profile.title
    assert profile.time_zone
    assert profile.row_is in ROWS
    assert profile.amount_is in AMOUNTS
    assert set(profile.states.values()) <= set(TREATMENTS)
    assert set(profile.columns) <= set(NAMES)
    assert {"order", "customer", "date"} <= set(profile.columns)
    for headers in profile.recognised_by:
        found = recognise(headers)
        assert found is not None
        assert found.name == name or headers < max(found.recognised_by, key=len)


@pytest.mark.parametrize("name", EXPORTS)
def test_what_a_profile_reads(name: str, tmp_path: Path) -> None:
    export = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_bytes(export.content())
    kept = [order for order in export.orders if order.kept > 0]
    orders = read_history(path)
    assert orders.profile == name
    assert orders.row_is == profile_of(name).row_is
    assert orders.orders == len(kept)
    assert len(orders.customers) == len({order.customer for order in kept})
    assert orders.sales == sum(order.kept for order in kept) / 100
    assert (orders.first, orders.last) == (kept[0].when.date(), kept[-1].when.date())
    words = {word for word in export.words.values() if word}
    assert words <= {word for state in orders.states for word in (state.state, *state.state.split("; "))}
    assert all(state.treated_as in TREATMENTS for state in orders.states)


@pytest.mark.parametrize("name", ["shopify", "taobao", "amazon", "uci"])
def test_a_profile_reads_workbooks_alike(name: str, tmp_path: Path) -> None:
    export = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_bytes(export.content())
    table = pd.read_csv(path, sep=export.separator, dtype=str, keep_default_na=False, encoding=export.encoding)
    table.to_excel(tmp_path / "export.xlsx", index=False)
    one, other = read_history(path), read_history(tmp_path / "export.xlsx")
    assert (other.profile, other.sales, other.orders) == (one.profile, one.sales, one.orders)


def test_a_profile_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(EXPORTS["stripe"].content())
    with pytest.raises(InputError) as caught:
        read_history(path, options=ReadingOptions(profile="taobao"))
    assert caught.value.place == "shop.csv: --profile taobao"
    with pytest.raises(InputError) as caught:
        read_history(path, options=ReadingOptions(profile="shopfy"))
    assert (caught.value.place, "did you mean 'shopify'" in caught.value.expected) == ("--profile", True)


def test_a_named_profile_says_what_the_file_lacks_of_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(EXPORTS["stripe"].content())
    assert not any("lacks headers" in note for note in read_history(path).notes)
    path.write_text(
        "id,Customer ID,Created date,Amount\n"
        + "\n".join(f"c{i},u{i % 9},2025-03-{i % 28 + 1:02},{i + 5}.50" for i in range(60))
    )
    notes = read_history(path, options=ReadingOptions(profile="stripe")).notes
    assert any("lacks headers of this export (amountrefunded, status)" in note for note in notes)


def test_how_words_are_compared() -> None:
    assert fold(" Created (UTC)") == fold("created") == "created"
    assert fold("會員編號") == fold("会员编号")
    assert fold_state("(删除)等待出库") != fold_state("等待出库")
    assert fold_state("Partially_Refunded") == fold_state("partially refunded")
