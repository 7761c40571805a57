"""What stays of a row when its person is forgotten: numbers, amounts and moments."""

from typing import Any

import pytest

from ingestion.files.tables import CONTACTS
from ingestion.kit.tables import SUBSCRIBERS
from ingestion.personal import is_personal, without_forgotten
from ingestion.thrivecart.tables import CUSTOMERS, TRANSACTIONS, WEBHOOK_EVENTS
from ingestion.tombstones import Forgotten

ADA = Forgotten("acme", b"key").and_also(["ada@example.com"])

CHARGE = {
    "event_id": "E1",
    "order_id": "1001",
    "item_name": "Course",
    "amount": 4900,
    "currency": "USD",
    "timestamp": 1700000000,
    "customer": {"id": "77", "name": "Ada Lovelace", "email": "Ada@Example.com", "ip_address": "203.0.113.9"},
}


def test_a_transaction_keeps_its_money_and_its_numbers() -> None:
    assert without_forgotten(TRANSACTIONS, CHARGE, ADA) == CHARGE | {"customer": {"id": "77"}}


def test_a_transaction_of_somebody_else_stays_the_same_object() -> None:
    row = CHARGE | {"customer": {"id": "78", "name": "Charles Babbage", "email": "charles@example.com"}}
    assert without_forgotten(TRANSACTIONS, row, ADA) is row


def test_fields_that_no_table_declares_go_by_their_names() -> None:
    row = CHARGE | {"billing_address": {"line1": "1 St James's Square"}, "phone": "5550100", "customFields": {"a": "b"}}
    kept = without_forgotten(TRANSACTIONS, row, ADA)
    assert (kept["billing_address"], kept["phone"], kept["customFields"]) == (None, None, None)


def test_a_full_name_goes_wherever_it_is_repeated() -> None:
    row = CHARGE | {"reference": "for ADA LOVELACE, urgent"}
    assert without_forgotten(TRANSACTIONS, row, ADA)["reference"] is None


def test_an_answer_about_a_customer_keeps_subscriptions_and_an_empty_key() -> None:
    row = {
        "email": "ada@example.com",
        "status": "found",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "subscriptions": [{"subscription_id": "5", "name": "Club", "status": "paused", "amount": "4900"}],
        "lifetime_value": {"USD": 12500},
    }
    assert without_forgotten(CUSTOMERS, row, ADA) == row | {"email": "", "customer": None}


def delivery(**sections: Any) -> dict[str, Any]:
    return {
        "event_key": "k",
        "event": "order.success",
        "payload": {
            "event": "order.success",
            "customer_id": "77",
            "order": {"id": "1001", "total": "4900", "tracking_id": "t-1", "charges": [{"name": "Course"}]},
            **sections,
        },
    }


BUYER = {"id": "77", "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "address": {"zip": "1"}}
SELLER = {"id": "9", "email": "charles@example.com", "name": "Charles Babbage"}


def test_a_delivery_keeps_what_was_sold_and_who_brought_it() -> None:
    row = delivery(customer=BUYER, affiliate=SELLER, passthrough={"utm_source": "x"}, note="Ada Lovelace")
    assert without_forgotten(WEBHOOK_EVENTS, row, ADA)["payload"] == {
        "event": "order.success",
        "customer_id": "77",
        "order": {"id": "1001", "total": "4900", "charges": [{"name": "Course"}]},
        "customer": {"id": "77"},
        "affiliate": SELLER,
    }


def test_a_forgotten_affiliate_takes_nothing_from_the_buyer() -> None:
    row = delivery(customer=SELLER, affiliate=BUYER, passthrough={"utm_source": "x"})
    assert without_forgotten(WEBHOOK_EVENTS, row, ADA)["payload"] == row["payload"] | {"affiliate": {"id": "77"}}


def test_a_person_without_an_address_in_a_delivery_about_them_goes_too() -> None:
    row = delivery(customer=BUYER, viewer={"id": "1", "name": "A. L.", "ip_address": "203.0.113.9"})
    assert without_forgotten(WEBHOOK_EVENTS, row, ADA)["payload"]["viewer"] == {"id": "1"}


def test_json_that_is_stored_as_text_is_looked_into() -> None:
    row = CHARGE | {"customer": '{"id": "77", "name": "Ada Lovelace", "email": "ada@example.com"}'}
    assert without_forgotten(TRANSACTIONS, row, ADA)["customer"] == '{"id": "77"}'


@pytest.mark.parametrize("table", [SUBSCRIBERS, CONTACTS])
def test_a_contact_goes_whole(table: Any) -> None:
    assert (
        without_forgotten(table, {"id": "1", "email": "ada@example.com", "email_address": "ada@example.com"}, ADA)
        is None
    )


def test_a_row_that_is_no_object_goes_if_it_names_them() -> None:
    assert without_forgotten(TRANSACTIONS, "ada@example.com, 49.00", ADA) is None
    assert without_forgotten(TRANSACTIONS, "charles@example.com, 49.00", ADA) == "charles@example.com, 49.00"


def test_nothing_twice() -> None:
    once = without_forgotten(TRANSACTIONS, CHARGE, ADA)
    assert without_forgotten(TRANSACTIONS, once, ADA) is once


@pytest.mark.parametrize(
    "name",
    [
        "email",
        "customer_email",
        "firstName",
        "last_name",
        "ipAddress",
        "contactno",
        "phone_number",
        "zip",
        "passthrough",
    ],
)
def test_names_that_tell_of_a_person(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name", ["item_name", "name", "product_name", "amount", "order_id", "customer_id", "shipment", "tip", "zipline"]
)
def test_names_that_do_not(name: str) -> None:
    assert not is_personal(name)
