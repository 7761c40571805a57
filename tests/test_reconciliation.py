"""ThriveCart's view beside ours, on the whole road: every difference has a reason, and every reason occurs.

What ThriveCart shows is worked out here once more, from the generator's own answers. All amounts are compared as whole
cents; refunds are negative.
"""

import csv
import hashlib
import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import TODAY
from tests.dbt_command import DBT_PROJECT
from tests.road import Road

with (DBT_PROJECT / "seeds" / "reconciliation_reasons.csv").open(encoding="utf-8") as file:
    REASONS = sorted(row["reason"] for row in csv.DictReader(file))


def test_no_difference_from_thrivecart_is_unexplained(travelled_road: Road) -> None:
    sql = """
        select subject, measure, thrivecart_value, warehouse_value, reason
        from marts.rpt_thrivecart_reconciliation
        where reason = 'unexplained' or (reason is null and thrivecart_value is distinct from warehouse_value)
    """
    assert travelled_road.rows(sql) == []


@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason != "unexplained"])
def test_every_reason_occurs(travelled_road: Road, reason: str) -> None:
    sql = "select count(*) > 0 from marts.rpt_thrivecart_reconciliation where reason = ?"
    assert travelled_road.rows(sql, reason) == [(True,)]


def cents(road: Road, side: str, measure: str, condition: str = "true") -> Counter[tuple[str, str]]:
    """Sum one side of a measure of days and products by account and currency."""
    sql = f"""
        select connection_id, currency, cast(sum({side}_amount) * 100 as bigint)
        from marts.rpt_thrivecart_reconciliation
        where subject = 'day_product' and measure = ? and {condition}
        group by all
    """
    return Counter({(connection, currency): amount for connection, currency, amount in road.rows(sql, measure)})


def true_totals(road: Road, *columns: str) -> Counter[tuple[str, str]]:
    """Sum all live money of the generator by account and currency."""
    totals: Counter[tuple[str, str]] = Counter()
    for row in road.truth("totals").itertuples():
        totals[f"{row.workspace_id}_thrivecart", row.currency] += sum(int(getattr(row, name)) for name in columns)
    return totals


def test_both_sides_have_all_live_payments(travelled_road: Road) -> None:
    assert cents(travelled_road, "warehouse", "gross") == true_totals(travelled_road, "revenue_cents")
    rows_of_the_api = "reason is distinct from 'test_mode' and reason is distinct from 'not_yet_loaded'"
    assert cents(travelled_road, "thrivecart", "gross", rows_of_the_api) == true_totals(travelled_road, "revenue_cents")


def test_net_here_is_payments_less_refunds(travelled_road: Road) -> None:
    assert cents(travelled_road, "warehouse", "net") == true_totals(travelled_road, "revenue_cents", "refund_cents")


def test_what_begins_with_contacts_lacks_the_money_of_people_the_crm_does_not_know(travelled_road: Road) -> None:
    unmatched: Counter[tuple[str, str]] = Counter()
    for row in travelled_road.truth("unmatched").itertuples():
        unmatched[f"{row.workspace_id}_thrivecart", row.currency] += int(row.net_cents)
    assert cents(travelled_road, "thrivecart", "contact_linked_net", "reason = 'unmatched'") == unmatched


def test_commissions_are_those_that_were_earned_and_not_given_back(travelled_road: Road) -> None:
    commissions: Counter[tuple[str, str]] = Counter()
    for row in travelled_road.truth("affiliate_commissions").itertuples():
        if row.kind != "payout":
            commissions[row.connection_id, row.currency] += int(row.cents)
    assert cents(travelled_road, "thrivecart", "commissions") == commissions


def test_thrivecarts_days_are_days_in_utc_and_hold_test_orders_too(travelled_road: Road) -> None:
    business = json.loads((travelled_road.business / "business.json").read_text())
    since = date.fromisoformat(business["webhooks_since"][:10])
    # Of what has just happened some webhooks are still on their way.
    until = TODAY - timedelta(days=2)
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in travelled_road.truth("webhook_events").itertuples():
        day = date.fromisoformat(row.occurred_at[:10])
        if row.kind in ("charge", "rebill") and day <= until:
            expected[row.connection_id, row.currency, day] += int(row.cents)
    sql = """
        select connection_id, currency, report_date, cast(sum(thrivecart_amount) * 100 as bigint)
        from marts.rpt_thrivecart_reconciliation
        where subject = 'day_product' and measure = 'gross' and report_date between ? and ?
        group by all
        having sum(thrivecart_amount) <> 0
    """
    rows = travelled_road.rows(sql, since, until)
    assert {(connection, currency, day): amount for connection, currency, day, amount in rows} == {
        key: amount for key, amount in expected.items() if amount
    }


def test_every_subscription_has_the_word_that_thrivecart_shows(travelled_road: Road) -> None:
    expected = {
        f"{row.connection_id}:{row.internal_subscription_id}": row.thrivecart_status
        for row in travelled_road.truth("subscriptions").itertuples()
    }
    sql = """
        select subject_id, thrivecart_value
        from marts.rpt_thrivecart_reconciliation
        where subject = 'subscription' and measure = 'status'
    """
    assert dict(travelled_road.rows(sql)) == expected


def words_by_customer(road: Road) -> dict[tuple[str, str], set[str]]:
    """Collect the words of all subscriptions of an address in an account."""
    words: dict[tuple[str, str], set[str]] = {}
    for row in road.truth("subscriptions").itertuples():
        words.setdefault((row.connection_id, row.email), set()).add(row.thrivecart_status)
    return words


def test_thrivecarts_active_subscribers_are_active_alone_and_have_cancelled_nothing(travelled_road: Road) -> None:
    words = words_by_customer(travelled_road)
    expected = {
        f"{row.connection_id}:{row.internal_subscription_id}"
        for row in travelled_road.truth("subscriptions").itertuples()
        if row.thrivecart_status == "active" and "cancelled" not in words[row.connection_id, row.email]
    }
    sql = """
        select subject_id
        from marts.rpt_thrivecart_reconciliation
        where subject = 'subscription' and measure = 'is_active' and thrivecart_value = 'true'
    """
    assert {subscription for (subscription,) in travelled_road.rows(sql)} == expected


def test_thrivecart_shows_a_customer_as_cancelled_once_one_subscription_is(travelled_road: Road) -> None:
    order = ("cancelled", "active", "paused", "completed")
    expected = {
        hashlib.md5(f"{connection}:{email}".encode(), usedforsecurity=False).hexdigest(): next(
            word for word in order if word in words
        )
        for (connection, email), words in words_by_customer(travelled_road).items()
    }
    sql = """
        select subject_id, thrivecart_value
        from marts.rpt_thrivecart_reconciliation
        where subject = 'customer' and measure = 'status'
    """
    assert dict(travelled_road.rows(sql)) == expected


def test_who_cancelled_one_of_three_subscriptions_is_cancelled_there_and_active_here(travelled_road: Road) -> None:
    sql = """
        select distinct thrivecart_value, warehouse_value, reason
        from marts.rpt_thrivecart_reconciliation as reconciliation
        inner join marts.bridge_person_emails as emails using (workspace_id, person_id)
        where subject = 'customer' and measure = 'status' and email = 'three.subscriptions@example.com'
    """
    assert travelled_road.rows(sql) == [("cancelled", "active", "several_subscriptions")]


def test_every_lifetime_value_that_thrivecart_tells_is_ours_to_the_cent(travelled_road: Road) -> None:
    expected: Counter[str] = Counter()
    for file in (travelled_road.business / "thrivecart").glob("*.json"):
        for email, answer in json.loads(file.read_text())["customers"].items():
            if answer["subscriptions"]:
                customer = hashlib.md5(f"{file.stem}:{email}".encode(), usedforsecurity=False).hexdigest()
                for currency, amount in answer["lifetime_value"].items():
                    expected[f"{customer} {currency}"] = amount
    sql = """
        select subject_id || ' ' || currency, cast(sum(thrivecart_amount) * 100 as bigint)
        from marts.rpt_thrivecart_reconciliation
        where measure = 'lifetime_value'
        group by all
    """
    assert dict(travelled_road.rows(sql)) == expected
    differing = """
        select count(*)
        from marts.rpt_thrivecart_reconciliation
        where measure = 'lifetime_value' and reason is distinct from 'not_yet_loaded' and difference_amount <> 0
    """
    assert travelled_road.rows(differing) == [(0,)]
