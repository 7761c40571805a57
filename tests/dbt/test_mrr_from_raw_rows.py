"""MRR from ThriveCart's rows through all models, on stories whose months are added up by hand.

All of it happens from January to May 2026, at noon UTC. Nothing changes after that, whenever the test runs.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.raw_rows import RawWarehouse

ITEM = "7"
LOADED_AT = datetime(2026, 5, 31, tzinfo=UTC)
# number: price, price of each cycle, interval, days of trial, payments
OPTIONS = {
    "1": (4900, 4900, "month", 0, None),
    "2": (2900, 2900, "month", 0, None),
    "3": (49000, 49000, "year", 0, None),
    "4": (100, 4900, "month", 14, None),
    "5": (9900, 9900, "month", 0, 3),
    "6": (3900, 3900, "month", 0, None),
}
# who pays, under which number, which option and currency; then what happened when, and how much it was
STORIES: list[tuple[str, str, str, str, list[tuple[str, str, int]]]] = [
    ("ana@example.com", "1", "1", "USD", [("01-10", "charge", 4900), ("02-10", "rebill", 4900)]),
    ("ana@example.com", "2", "2", "USD", [("01-10", "charge", 2900), ("02-20", "cancel", 2900)]),
    # Bills of 30 days: none of them falls into February. The last one is paid back.
    (
        "ben@example.com",
        "3",
        "1",
        "USD",
        [("01-01", "charge", 4900), ("01-31", "rebill", 4900), ("03-02", "rebill", 4900), ("03-04", "refund", 4900)],
    ),
    ("eva@example.com", "4", "6", "EUR", [("01-10", "charge", 3900), ("02-10", "rebill", 3900)]),
    # The user has decided that the two addresses are one person.
    ("dan@home.example", "5", "1", "USD", [("01-12", "charge", 4900), ("02-10", "cancel", 4900)]),
    ("dan@work.example", "6", "1", "USD", [("02-12", "charge", 4900)]),
    ("fay@example.com", "7", "3", "USD", [("01-05", "charge", 49000)]),
    ("gus@example.com", "8", "4", "USD", [("01-20", "charge", 100), ("02-03", "rebill", 4900)]),
    (
        "hal@example.com",
        "9",
        "1",
        "USD",
        [("01-07", "charge", 4900), ("02-20", "cancel", 4900), ("04-20", "rebill", 4900)],
    ),
    ("ida@example.com", "10", "1", "USD", [("01-03", "charge", 4900), ("03-03", "rebill", 9900)]),
    (
        "jon@example.com",
        "11",
        "5",
        "USD",
        [("01-03", "charge", 9900), ("02-03", "rebill", 9900), ("03-03", "rebill", 9900)],
    ),
]


def rows() -> Iterator[dict[str, Any]]:
    for email, number, option, currency, events in STORIES:
        for position, (day, kind, cents) in enumerate(events):
            yield {
                "seen_at": LOADED_AT,
                "mode": "live",
                "event_id": f"{number}00{position}",
                "timestamp": int(datetime.fromisoformat(f"2026-{day}T12:00:00+00:00").timestamp()),
                "transaction_type": kind,
                "item_type": "product",
                "item_id": ITEM,
                "item_pricing_option_id": option,
                "amount": cents,
                "order_id": number,
                "internal_subscription_id": number,
                "currency": currency,
                "quantity": 1,
                "customer": {"id": number, "email": email},
            }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawWarehouse:
    warehouse = RawWarehouse(tmp_path_factory.mktemp("stories"))
    (warehouse.configuration / "identity_decisions.csv").write_text(
        "workspace_id,email,other_email,decision,decided_at,reason\n"
        "acme,dan@home.example,dan@work.example,link,2026-02-13,He said so\n"
    )
    # The euro becomes dearer by half from February on.
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(150)]
    rates = [f"{day},EUR,USD,{'1.0' if day.month == 1 else '1.5'}\n" for day in days]
    (warehouse.configuration / "exchange_rates.csv").write_text(
        "rate_date,currency,reporting_currency,rate\n" + "".join(rates)
    )
    warehouse.put(
        "pricing_options",
        (
            {
                "seen_at": LOADED_AT,
                "item_type": "product",
                "item_id": ITEM,
                "id": number,
                "name": number,
                "type": "split" if payments else "subscription",
                "price": price,
                "subscription_price": recurring,
                "trial_period": trial,
                "frequency": frequency,
                "payments": payments,
            }
            for number, (price, recurring, frequency, trial, payments) in OPTIONS.items()
        ),
    )
    warehouse.put("transactions", rows())
    models = ("+rpt_mrr_movements", "+fct_transactions")
    warehouse.dbt("build", "--select", *models, "--exclude-resource-type", "test", "unit_test")
    return warehouse


def months(warehouse: RawWarehouse, currency: str) -> dict[str, tuple[str, ...]]:
    """Return opening, new, expansion, contraction, churn, reactivation and closing of each month."""
    sql = """
        select
            strftime(month, '%Y-%m'), opening_amount, new_amount, expansion_amount, contraction_amount, churn_amount,
            reactivation_amount, closing_amount
        from marts.rpt_mrr_movements
        where currency = ?
        order by month
    """
    return {month: tuple(map(str, amounts)) for month, *amounts in warehouse.rows(sql, currency)}


def test_months_move_as_the_stories_go(warehouse: RawWarehouse) -> None:
    # A year of 490.00 is 490 x 30 / 365 = 40.27 a month.
    # January: Ana 49 + 29, Ben 49, Dan 49, Fay 40.27, Hal 49, Ida 49.
    # February: Ana loses 29, Gus ends his trial with 49, Hal leaves; Dan only moves. March: Ida pays 50 more.
    # April: Hal is back. Neither the refund nor the instalments of Jon are in any month.
    found = months(warehouse, "USD")
    assert list(found)[:5] == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    assert list(found.values())[:5] == [
        ("0.00", "314.27", "0.00", "0.00", "0.00", "0.00", "314.27"),
        ("314.27", "49.00", "0.00", "29.00", "49.00", "0.00", "285.27"),
        ("285.27", "0.00", "50.00", "0.00", "0.00", "0.00", "335.27"),
        ("335.27", "0.00", "0.00", "0.00", "0.00", "49.00", "384.27"),
        ("384.27", "0.00", "0.00", "0.00", "0.00", "0.00", "384.27"),
    ]


def test_months_in_which_nobody_pays_do_not_vanish(warehouse: RawWarehouse) -> None:
    later = list(months(warehouse, "USD").items())[5:]
    assert later
    assert {amounts for _, amounts in later} == {("384.27", "0.00", "0.00", "0.00", "0.00", "0.00", "384.27")}
    assert later[-1][0] == f"{warehouse.rows('select max(month) from marts.rpt_mrr_movements')[0][0]:%Y-%m}"


def test_another_currency_has_its_own_months_which_no_rate_moves(warehouse: RawWarehouse) -> None:
    assert warehouse.rows(
        """
        select amount, reporting_amount
        from marts.fct_transactions
        where currency = 'EUR'
        order by occurred_at
        """
    ) == [(Decimal("39.00"), Decimal("39.00")), (Decimal("39.00"), Decimal("58.50"))]
    first, *later = months(warehouse, "EUR").values()
    assert first == ("0.00", "39.00", "0.00", "0.00", "0.00", "0.00", "39.00")
    assert set(later) == {("39.00", "0.00", "0.00", "0.00", "0.00", "0.00", "39.00")}


def test_two_addresses_of_one_person_are_one_customer(warehouse: RawWarehouse) -> None:
    # Ana, Ben, Dan, Fay, Hal and Ida; Gus comes and Hal goes in February.
    customers = warehouse.rows(
        """
        select opening_customers, new_customers, churned_customers, reactivated_customers, closing_customers
        from marts.rpt_mrr_movements
        where currency = 'USD' and month <= date '2026-04-01'
        order by month
        """
    )
    assert customers == [(0, 6, 0, 0, 6), (6, 1, 1, 0, 6), (6, 0, 0, 0, 6), (6, 0, 0, 1, 7)]
