"""What ThriveCart told by webhook against the generator's own answers: delivered, received, loaded, staged.

Deliveries come twice, out of order, in two encodings and under two vocabularies; each event must be there once.
"""

import json
from collections import Counter
from typing import Any

import pandas
import pytest

from tests.road import Road

Events = Counter[tuple[Any, ...]]


def told(road: Road, name: str) -> pandas.DataFrame:
    """Read the answers of a table; of what goes further back, those since the accounts have webhooks."""
    frame = road.truth(name)
    if name == "subscription_changes":
        since = json.loads((road.business / "business.json").read_text())["webhooks_since"]
        frame = frame[frame["occurred_at"] >= since]
    assert len(frame) > 0, f"the generator has no answer for {name}"
    return frame


def events(frame: pandas.DataFrame, *columns: str) -> Events:
    return Counter(frame[list(columns)].itertuples(index=False, name=None))


def staged(road: Road, sql: str) -> Events:
    return Counter(tuple("" if value is None else str(value) for value in row) for row in road.warehouse_rows(sql))


def test_every_change_of_a_subscription_is_told_once(travelled_road: Road) -> None:
    sql = """
        select
            connection_id, split_part(subscription_id, ':', 2), change,
            strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ')
        from staging.stg_thrivecart__subscription_changes
        where change in ('paused', 'resumed', 'cancelled', 'payment_failed')
    """
    truth = told(travelled_road, "subscription_changes")
    truth = truth[truth["change"].isin(["paused", "resumed", "cancelled", "payment_failed"])]
    assert staged(travelled_road, sql) == events(
        truth, "connection_id", "internal_subscription_id", "change", "occurred_at"
    )


def test_every_checkout_has_what_its_link_carried(travelled_road: Road) -> None:
    names = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "fbclid", "gclid"]
    sql = f"""
        select connection_id, order_number, email, {", ".join(names)}
        from staging.stg_thrivecart__checkouts
    """
    assert staged(travelled_road, sql) == events(
        told(travelled_road, "checkouts"), "connection_id", "order_id", "email", *names
    )


def test_every_checkout_whose_link_said_something_is_a_touchpoint(travelled_road: Road) -> None:
    names = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"]
    sql = f"""
        select connection_id, split_part(touchpoint_id, ':', 2), {", ".join(names)}
        from marts.fct_touchpoints
        where kind = 'checkout' and utm_source is not null
    """
    truth = told(travelled_road, "checkouts")
    truth = truth[truth["utm_source"] != ""]
    assert staged(travelled_road, sql) == events(truth, "connection_id", "order_id", *names)


def test_every_commission_is_told_once(travelled_road: Road) -> None:
    sql = """
        select connection_id, affiliate_id, abs(cast(amount * 100 as bigint)), currency,
            strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ')
        from staging.stg_thrivecart__affiliate_commissions
    """
    truth = told(travelled_road, "affiliate_commissions")
    truth["cents"] = truth["cents"].str.removeprefix("-")
    assert staged(travelled_road, sql) == events(
        truth, "connection_id", "affiliate_id", "cents", "currency", "occurred_at"
    )


def test_every_abandoned_cart_is_told_once(travelled_road: Road) -> None:
    sql = """
        select connection_id, email, split_part(product_id, ':', 3), strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ')
        from staging.stg_thrivecart__abandoned_carts
    """
    truth = told(travelled_road, "abandoned_carts")
    assert staged(travelled_road, sql) == events(truth, "connection_id", "email", "base_product", "occurred_at")


@pytest.mark.parametrize(
    "kinds",
    [
        # A resumed subscription is charged at once: a rebill to a webhook, a charge to the API.
        pytest.param(["charge", "rebill"], id="payment"),
        pytest.param(["refund"], id="refund"),
    ],
)
def test_money_that_a_webhook_told_of_is_one_event_of_the_api(travelled_road: Road, kinds: list[str]) -> None:
    sql = """
        select items.connection_id, items.is_test, items.item_type, items.item_id, told_by_api.order_id,
            abs(cast(told_by_api.amount * 100 as bigint))
        from staging.stg_thrivecart__webhook_items as items
        inner join staging.stg_thrivecart__transactions as told_by_api
            on items.transaction_id = told_by_api.transaction_id
        where items.transaction_type in (select unnest(?))
    """
    truth = told(travelled_road, "webhook_events")
    truth = truth[truth["kind"].isin(kinds) & (truth["is_listed"] == "yes")]
    assert Counter(
        (connection, "test" if is_test else "live", item_type, item_id, order_id.split(":")[1], str(cents))
        for connection, is_test, item_type, item_id, order_id, cents in travelled_road.warehouse_rows(sql, kinds)
    ) == events(truth, "connection_id", "mode", "item_type", "item_id", "order_id", "cents")


def test_money_that_the_api_does_not_list_yet_is_an_event_without_a_row(travelled_road: Road) -> None:
    sql = """
        select connection_id, split_part(order_id, ':', 2), item_id,
            strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ')
        from staging.stg_thrivecart__webhook_items
        where transaction_id is null and amount > 0 and not is_test and transaction_type <> 'cancel'
    """
    truth = told(travelled_road, "webhook_events")
    truth = truth[truth["is_listed"] == "no"]
    assert len(truth) > 0
    assert set(staged(travelled_road, sql)) == set(events(truth, "connection_id", "order_id", "item_id", "occurred_at"))


def test_nothing_that_was_told_is_unknown(travelled_road: Road) -> None:
    assert travelled_road.warehouse_rows("select kind, word from staging.stg_thrivecart__unknown_words") == []
