"""What a webhook delivers, in either encoding, to one payload and one key."""

import json
import string
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.thrivecart.deliveries import Delivery, Unreadable, decode

FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"

ORDER_SUCCESS = {
    "event": "order.success",
    "mode": "test",
    "mode_int": "1",
    "thrivecart_account": "acme",
    "base_product": "2",
    "order_id": "1007038",
    "invoice_id": "000000004",
    "order_date": "2025-10-15 10:04:38",
    "order_timestamp": "1760522678",
    "currency": "EUR",
    "customer_id": "429583657898226838",
    "customer_identifier": "null",
    "customer": {
        "email": "noor@example.com",
        "address": {"country": "NL", "zip": "1011 AB"},
        "name": "Noor van der Bürg 😀",
        "checkbox_confirmation": "false",
    },
    "order": {
        "tax": "null",
        "total": "3000",
        "charges": [
            {"name": "Starter (30 €/Monat)", "reference": "2", "amount": "3000", "type": "single"},
            {"name": "Starter (30 €/Monat)", "reference": "2", "amount": "3000", "type": "recurring"},
        ],
    },
    "transactions": {"product-2": "false"},
    "purchases": ["Starter & more = 1"],
    "purchase_map": ["product-2", "bump-2"],
    "custom_fields": {"7": "yes", "12": ""},
}
SUBSCRIPTION_PAYMENT = {
    "event": "order.subscription_payment",
    "mode": "live",
    "order_id": "3230022",
    "invoice_id": "000000141-6",
    "date_unix": "1595567854",
    "order": {"id": "3230022", "date_unix": "1579839351"},
    "subscription": {"type": "product", "id": "17", "product_id": "17", "amount": "6900", "remaining_rebills": "null"},
}
CART_ABANDONED = {
    "event": "cart.abandoned",
    "base_product": "24",
    "viewer": {"email": "ada@example.com"},
    "customer": {"email": "ada@example.com"},
    "date_unix": "1598889821",
}
REFUND = {
    "event": "order.refund",
    "mode": "live",
    "order_id": "1514394",
    "invoice_id": "000000004",
    "date_unix": "1788512400",
    "refund": {"type": "upsell", "id": "101", "amount": "4000"},
}
SAMPLES = {
    name: sample
    for sample in (ORDER_SUCCESS, SUBSCRIPTION_PAYMENT, CART_ABANDONED, REFUND)
    for name in [str(sample["event"])]
}


def fields_of(value: Any, name: str) -> list[tuple[str, str]]:
    """Flatten as PHP's http_build_query does: a place or name in brackets for each level."""
    if isinstance(value, str):
        return [(name, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [field for key, item in items for field in fields_of(item, f"{name}[{key}]" if name else str(key))]


def form(payload: dict[str, Any]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields_of(payload, "")).encode()


def from_form(payload: dict[str, Any]) -> Delivery:
    return decode(form(payload), FORM_TYPE)


def from_json(payload: Any) -> Delivery:
    return decode(json.dumps(payload).encode(), JSON_TYPE)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_form_is_read_into_what_its_brackets_nest(sample: dict[str, Any]) -> None:
    assert from_form(sample).payload == sample


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_form_and_json_of_one_event_are_equal_and_have_one_key(sample: dict[str, Any]) -> None:
    by_form, by_json = from_form(sample), from_json(sample)
    assert by_form.payload == by_json.payload
    assert by_form.event_key == by_json.event_key
    assert (by_form.encoding, by_json.encoding) == ("form", "json")


MANY = settings(max_examples=200, deadline=None, database=None, derandomize=True)
NAMES = st.one_of(
    st.sampled_from(["0", "1", "2"]), st.text(string.ascii_letters + string.digits + "_-.", min_size=1, max_size=6)
)
NESTED = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(NAMES, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@MANY
@given(st.dictionaries(NAMES, NESTED, min_size=1, max_size=5))
def test_whatever_is_nested_form_and_json_agree(payload: dict[str, Any]) -> None:
    assert from_form(payload).payload == from_json(payload).payload


@MANY
@given(st.binary(max_size=200), st.sampled_from([FORM_TYPE, JSON_TYPE, ""]))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    try:
        decode(body, content_type)
    except Unreadable as unreadable:
        assert unreadable.status.value == 400


JSON_AS_TEXT = {
    "18 digits": ('{"customer_id": 429583657898226838}', {"customer_id": "429583657898226838"}),
    "decimals": ('{"total": 10.10, "rate": 1e3}', {"total": "10.10", "rate": "1e3"}),
    "5000 digits": ('{"id": ' + "9" * 5000 + "}", {"id": "9" * 5000}),
    "words": (
        '{"affiliate": null, "upsell": true, "bump": false}',
        {"affiliate": "null", "upsell": "true", "bump": "false"},
    ),
    "nulls in a list": ('{"address": [null, null]}', {"address": ["null", "null"]}),
    "empty things": ('{"passthrough": [], "meta": {}, "deep": {"er": [{}]}, "name": ""}', {"name": ""}),
    "numbered object": ('{"charges": {"0": "a", "1": "b"}}', {"charges": ["a", "b"]}),
    "numbered at the top": ('{"0": "a"}', {"0": "a"}),
    "the same name twice": ('{"mode": "live", "mode": "test"}', {"mode": "test"}),
    "half a character": ('{"name": "cut \\ud83d", "zero": "a\\u0000b"}', {"name": "cut \ufffd", "zero": "a\ufffdb"}),
    "byte order mark": ('\ufeff  {"mode": "live"}', {"mode": "live"}),
}


@pytest.mark.parametrize(("sent", "payload"), JSON_AS_TEXT.values(), ids=JSON_AS_TEXT)
def test_json_becomes_the_text_that_a_form_would_carry(sent: str, payload: dict[str, Any]) -> None:
    assert decode(sent.encode(), JSON_TYPE).payload == payload


FORMS = {
    "empty brackets": ("purchases[]=a&purchases[]=b", {"purchases": ["a", "b"]}),
    "empty brackets once": ("purchases[]=a", {"purchases": ["a"]}),
    "places out of order": ("a[1]=y&a[0]=x", {"a": ["x", "y"]}),
    "gaps": ("a[7]=x&a[12]=y", {"a": {"7": "x", "12": "y"}}),
    "a large number": ("a[30]=x", {"a": {"30": "x"}}),
    "encoded brackets": ("order%5Bcharges%5D%5B0%5D%5Bname%5D=A+%26+B", {"order": {"charges": [{"name": "A & B"}]}}),
    "the same name twice": ("mode=live&mode=test", {"mode": "test"}),
    "not UTF-8": ("name=caf%E9", {"name": "caf\ufffd"}),
    "no value": ("name=&flag", {"name": "", "flag": ""}),
    "brackets in a value": ("link=https%3A%2F%2Fx.example%2F%3Fa%5Bb%5D%3D1", {"link": "https://x.example/?a[b]=1"}),
    "a long list": ("&".join(f"list[{place}]=v" for place in range(300)), {"list": ["v"] * 300}),
    "a dot": ("customer.name=x", {"customer.name": "x"}),
}


@pytest.mark.parametrize(("sent", "payload"), FORMS.values(), ids=FORMS)
def test_forms_are_read_as_php_reads_them(sent: str, payload: dict[str, Any]) -> None:
    assert decode(sent.encode(), FORM_TYPE).payload == payload


def test_json_under_the_name_of_a_form_is_json() -> None:
    # PHP's client calls what it posts a form, unless it is told otherwise.
    delivery = decode(json.dumps(REFUND).encode(), FORM_TYPE)
    assert (delivery.encoding, delivery.payload) == ("json", REFUND)


@pytest.mark.parametrize("encode", [from_form, from_json])
def test_the_secret_is_taken_out_of_the_payload(encode: Any) -> None:
    delivery = encode(REFUND | {"thrivecart_secret": "sesame", "order": {"thrivecart_secret": "sesame", "id": "1"}})
    assert delivery.secret == "sesame"
    assert "sesame" not in json.dumps(delivery.payload)


@pytest.mark.parametrize("sent", ["", "thrivecart_secret[a]=b&thrivecart_secret=c", "thrivecart_secret[]=c"])
def test_a_secret_that_is_no_text_is_none(sent: str) -> None:
    assert decode(f"event=order.success&{sent}".encode(), FORM_TYPE).secret == ""


NO_DELIVERIES = {
    "broken": (b"{", JSON_TYPE, "the body is broken JSON", 400),
    "NaN": (b'{"a": NaN}', JSON_TYPE, "the body is broken JSON", 400),
    "a list": (b'["a"]', JSON_TYPE, "the JSON is no object", 400),
    "JSON 1000 deep": (b'{"a":' * 1000 + b"1" + b"}" * 1000, JSON_TYPE, "the JSON is nested too deep", 400),
    "JSON 21 deep": (b'{"a":' * 21 + b"{}" + b"}" * 21, JSON_TYPE, "the JSON is nested too deep", 400),
    "brackets only": (b"[" * 500_000, JSON_TYPE, "the JSON is nested too deep", 400),
    "form 1000 deep": (b"a" + b"[b]" * 1000 + b"=1", FORM_TYPE, "the form is nested too deep", 400),
    "form 21 deep": (b"a" + b"[b]" * 21 + b"=1", FORM_TYPE, "the form is nested too deep", 400),
    "5001 fields": (b"&".join(b"a%d=1" % n for n in range(5001)), FORM_TYPE, "the form has too many fields", 400),
    "latin-1": (b"name=caf\xe9", FORM_TYPE, "the body is not UTF-8", 400),
    "multipart": (b"--x", "multipart/form-data; boundary=x", "the content type is neither form nor JSON", 415),
    "xml": (b"<a/>", "text/xml", "the content type is neither form nor JSON", 415),
}


@pytest.mark.parametrize(("body", "content_type", "reason", "status"), NO_DELIVERIES.values(), ids=NO_DELIVERIES)
def test_what_is_no_delivery_is_refused_with_the_reason(
    body: bytes, content_type: str, reason: str, status: int
) -> None:
    with pytest.raises(Unreadable) as raised:
        decode(body, content_type)
    assert (str(raised.value), raised.value.status.value) == (reason, status)


def test_nesting_of_twenty_levels_is_read_in_both_encodings() -> None:
    payload: Any = "leaf"
    for _ in range(21):
        payload = {"a": payload}
    assert from_form(payload).payload == from_json(payload).payload == payload


def test_a_webhook_id_is_the_key_whatever_else_changes() -> None:
    webhook_id = {"webhook_id": "0d0c7f0e-6a33-4b43-9c1c-5f0f3f2f7f10"}
    assert from_json(REFUND | webhook_id).event_key == webhook_id["webhook_id"]
    assert from_form(CART_ABANDONED | webhook_id).event_key == webhook_id["webhook_id"]


@pytest.mark.parametrize(
    ("sample", "key"),
    [
        (ORDER_SUCCESS, "order.success/test/1007038/000000004/1760522678"),
        (
            SUBSCRIPTION_PAYMENT,
            "order.subscription_payment/live/3230022/000000141-6/1595567854/product/17/17/6900",
        ),
        (REFUND, "order.refund/live/1514394/000000004/1788512400/upsell/101/4000"),
        (REFUND | {"webhook_id": "null"}, "order.refund/live/1514394/000000004/1788512400/upsell/101/4000"),
        (
            {"event": "order_payment_bump", "order_id": "7", "date_unix": "9", "purchase": {"bump_id": "5"}},
            "order_payment_bump//7//9/5",
        ),
    ],
    ids=["order", "rebill", "refund", "a webhook_id of null", "bump"],
)
def test_without_a_webhook_id_an_event_of_an_order_is_told_by_order_moment_and_item(
    sample: dict[str, Any], key: str
) -> None:
    assert from_json(sample).event_key == key


DIFFERENCES = {
    "another second": {"date_unix": "1788512401"},
    "another mode": {"mode": "test"},
    "another invoice": {"invoice_id": "000000004-2"},
    "another event": {"event": "order.rebill_failed"},
    "another type": {"refund": {"type": "product", "id": "101", "amount": "4000"}},
    "another item": {"refund": {"type": "upsell", "id": "102", "amount": "4000"}},
    "another amount": {"refund": {"type": "upsell", "id": "101", "amount": "1000"}},
}


@pytest.mark.parametrize("other", DIFFERENCES.values(), ids=DIFFERENCES)
def test_two_events_of_one_order_stay_two(other: dict[str, Any]) -> None:
    assert from_json(REFUND | other).event_key != from_json(REFUND).event_key


def test_two_affiliates_of_one_order_stay_two() -> None:
    earned = {"event": "affiliate.commission_earned", "order_id": "1514394", "date_unix": "1788512400"}
    first, second = (from_json(earned | {"affiliate_user_id": user}) for user in ("11", "12"))
    assert first.event_key != second.event_key


def test_an_event_without_an_order_is_told_by_all_that_was_delivered() -> None:
    turned_round = dict(reversed(CART_ABANDONED.items()))
    assert from_json(CART_ABANDONED).event_key == from_json(turned_round).event_key
    assert from_json(CART_ABANDONED).event_key != from_json(CART_ABANDONED | {"date_unix": "1598889822"}).event_key


def test_the_key_does_not_depend_on_the_secret() -> None:
    with_secret = CART_ABANDONED | {"thrivecart_secret": "sesame"}
    assert from_json(with_secret).event_key == from_json(CART_ABANDONED).event_key
