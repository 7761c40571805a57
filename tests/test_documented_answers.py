"""The vendors' own documented answers load, and come out of staging with the right values.

The sandbox is our reading of the vendors; these are the vendors: their fields, types and oddities as their
documentation and their clients' code show them. Expected values are worked out by hand.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import SOURCES, TableLoad, Window
from tests.dbt_command import run_dbt
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request

DOCUMENTED = Path(__file__).parent / "documented_answers"
TRANSACTIONS = "from staging.stg_thrivecart__transactions where event_id"
SUBSCRIPTIONS = "from staging.stg_thrivecart__customer_subscriptions where subscription_id"
SUBSCRIBERS = "from staging.stg_kit__subscribers where subscriber_id"
HUBSPOT = "from staging.stg_hubspot__contacts where hubspot_contact_id"
ACTIVECAMPAIGN = "from staging.stg_activecampaign__contacts where activecampaign_contact_id"
GOHIGHLEVEL = "from staging.stg_gohighlevel__contacts where gohighlevel_contact_id"
ADS = "from staging.stg_meta_ads__ad_insights where ad_id"
DELIVERIES = "from staging.stg_thrivecart__webhook_events where event_key"
TOLD_ITEMS = "from staging.stg_thrivecart__webhook_items where order_id"
CHANGES = "from staging.stg_thrivecart__subscription_changes where event_key"


class Staged:
    """A warehouse that the documented answers were loaded into, with the staging views over it."""

    def __init__(self, project: Project, loads: dict[str, dict[str, TableLoad]], vendor: FakeVendor) -> None:
        self.loads = loads
        self.vendor = vendor
        self._project = project

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._project.rows(sql)

    def row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.rows(sql)
        return row


def documented(name: str) -> Any:
    return json.loads((DOCUMENTED / name).read_text())


def transactions(request: Request) -> Any:
    """Serve the documented page, which says that there are thousands more; none follow, and none are in test mode."""
    answer = documented("thrivecart/transactions.json")
    is_there = request.headers["X-TC-Mode"] == "live" and request.query["page"] == "1"
    return answer if is_there else answer | {"transactions": []}


def customer(request: Request) -> Any:
    known = {
        "Kit.Patterson@Example.COM": "thrivecart/customer_with_subscriptions.json",
        "gone@example.com": "thrivecart/customer_with_purchases.json",
    }
    name = known.get(request.body["email"].strip())
    unknown = Answer({"error": "There are no orders associated with this customer."}, status=404)
    return documented(name) if name else unknown


def subscribers(request: Request) -> Any:
    return documented(f"kit/subscribers_page_{2 if 'after' in request.query else 1}.json")


def insights(request: Request) -> Any:
    if request.query["level"] == "account":
        return documented("meta_ads/account_rows.json")
    return documented(f"meta_ads/ad_rows_page_{2 if 'after' in request.query else 1}.json")


def contacts(request: Request) -> Any:
    return documented(f"hubspot/{'archived_contacts' if request.query['archived'] == 'true' else 'contacts'}.json")


def contacts_of_a_batch(request: Request) -> Any:
    return documented("hubspot/histories.json") if "propertiesWithHistory" in request.body else {"results": []}


def activecampaign_contacts(request: Request) -> Any:
    """Serve the documented page in the order that is asked for; the one that is documented is in none."""
    answer = documented("activecampaign/contacts.json")
    after = int(request.query["id_greater"])
    rows = sorted((row for row in answer["contacts"] if int(row["id"]) > after), key=lambda row: int(row["id"]))
    return answer | {"contacts": rows}


def gohighlevel_contacts(request: Request) -> Any:
    """Serve the documented page, which says that there are more, and none beyond it."""
    answer = documented("gohighlevel/contacts.json")
    return answer | ({"contacts": []} if "searchAfter" in request.body else {})


def connect(project: Project, vendor: FakeVendor, drop: Path) -> None:
    """Serve what is documented, and nothing else: other calls are answered with 501, as ThriveCart does."""
    answers = {
        "/products": "thrivecart/products.json",
        "/products/1": "thrivecart/product_1.json",
        "/products/1/pricing_options": "thrivecart/pricing_options.json",
        "/bumps": "thrivecart/bumps.json",
        "/upsells": "thrivecart/upsells.json",
        "/downsells": "thrivecart/downsells.json",
        "/tags": "kit/tags.json",
        "/tags/5/subscribers": "kit/tag_5_subscribers.json",
        "/tags/4/subscribers": "kit/tag_4_subscribers.json",
        "/api/3/fields": "activecampaign/fields.json",
        "/api/3/fieldValues": "activecampaign/field_values.json",
        "/api/3/tags": "activecampaign/tags.json",
        "/api/3/contactTags": "activecampaign/contact_tags.json",
        "/api/3/contactLists": "activecampaign/contact_lists.json",
        "/api/3/contactAutomations": "activecampaign/contact_automations.json",
        "/locations/502goXVW3lIExEQPOnd3/customFields": "gohighlevel/custom_fields.json",
    }
    vendor.routes |= {path: lambda _, name=name: documented(name) for path, name in answers.items()}
    vendor.routes |= {
        "/transactions": transactions,
        "/customer": customer,
        "/subscribers": subscribers,
        "/api/3/contacts": activecampaign_contacts,
        "/contacts/search": gohighlevel_contacts,
        "/api/3/lists": lambda _: {"lists": [], "meta": {"total": "0"}},
        "/api/3/automations": lambda _: {"automations": [], "meta": {"total": "0"}},
        "/v26.0/act_1700252260223815/insights": insights,
        "/crm/properties/2026-09/contacts": lambda _: {"results": [{"name": "email"}]},
        "/crm/objects/2026-09/contacts": contacts,
        "/crm/objects/2026-09/contacts/search": lambda _: {"total": 0, "results": []},
        "/crm/objects/2026-09/contacts/batch/read": contacts_of_a_batch,
        "/crm/lists/2026-09/search": lambda _: documented("hubspot/lists.json"),
        "/crm/lists/2026-09/123/memberships": lambda _: documented("hubspot/memberships.json"),
    }
    drop.mkdir()
    shutil.copy(DOCUMENTED / "files" / "ad_spend_podcast.csv", drop)
    project.connect("acme_thrivecart", "thrivecart", vendor.url)
    project.connect("acme_kit", "kit", vendor.url)
    project.connect("acme_hubspot", "hubspot", vendor.url)
    project.connect("acme_activecampaign", "activecampaign", vendor.url)
    project.connect("acme_gohighlevel", "gohighlevel", vendor.url, vendor_account_id="502goXVW3lIExEQPOnd3")
    ad_account = {"vendor_account_id": "1700252260223815", "time_zone": "America/Los_Angeles", "currency": "USD"}
    project.connect("acme_meta", "meta_ads", vendor.url, **ad_account)
    project.connect("acme_files", "files", str(drop))


def deliver(project: Project) -> None:
    """Put the documented deliveries into raw as the receiver leaves them, each under the name of its file."""
    files = sorted((DOCUMENTED / "thrivecart" / "webhooks").glob("*.json"))
    names = "connection_id, event_key, event, encoding, payload, seen_at, _dlt_load_id, _dlt_id"
    rows = [
        ("acme_thrivecart", file.stem, json.loads(file.read_text())["event"], "form", file.read_text(), file.stem)
        for file in files
    ]
    with closing(duckdb.connect(str(project.warehouse))) as warehouse:
        warehouse.executemany(
            f"insert into raw_thrivecart.webhook_events ({names}) "
            "values (?, ?, ?, ?, ?, timestamptz '2026-11-25 12:00:00+00', 'documented', ?)",
            rows,
        )


def build_staging(folder: Path) -> None:
    views_and_their_seeds = ("--select", "+path:models/staging", "--exclude-resource-type", "test", "unit_test")
    run_dbt(folder, "build", *views_and_their_seeds)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("documented")
    with pytest.MonkeyPatch.context() as monkeypatch, closing(FakeVendor()) as vendor:
        project = Project(folder, monkeypatch)
        connect(project, vendor, folder / "drop")
        day = Window(date(2026, 11, 1), date(2026, 11, 1))
        whole = ("thrivecart", "kit", "hubspot", "activecampaign", "gohighlevel", "files")
        loads = {source: project.load(source) for source in whole}
        loads["meta_ads"] = project.load("meta_ads", "ad_insights", "account_insights", window=day)
        # Without a connection: their tables have to be there.
        for source in SOURCES.keys() - loads.keys():
            project.load(source)
        deliver(project)
        build_staging(folder)
        yield Staged(project, loads, vendor)


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_no_documented_row_is_set_aside(staged: Staged) -> None:
    assert {table.rows_rejected for load in staged.loads.values() for table in load.values()} == {0}


def test_every_documented_transaction_is_staged_once(staged: Staged) -> None:
    ids = staged.rows("select event_id from staging.stg_thrivecart__transactions order by event_id")
    assert ids == [("446300",), ("446400",), ("446500",), ("446642",), ("446660",)]


def test_the_first_documented_transaction_is_a_rebill_of_a_hundred_dollars(staged: Staged) -> None:
    columns = "transaction_type, amount, currency, order_number, item_id, processor, email, customer_name"
    assert staged.row(f"select {columns} {TRANSACTIONS} = '446660'") == (
        *("rebill", Decimal("100.00"), "USD", "7700", "1", "paypal"),
        *("demo@example.com", "Demo Customer"),
    )


def test_the_second_documented_transaction_comes_without_a_reference(staged: Staged) -> None:
    columns = "transaction_type, amount, currency, order_number, item_id, email"
    assert staged.row(f"select {columns} {TRANSACTIONS} = '446642'") == (
        *("rebill", Decimal("33.00"), "USD", "18584", "2", "demo-2@example.com"),
    )
    assert staged.row("select reference from raw_thrivecart.transactions where event_id = '446642'") == (None,)


def test_time_and_timestamp_of_the_documented_transactions_are_the_same_moment_in_utc(staged: Staged) -> None:
    assert staged.rows(f"select occurred_at {TRANSACTIONS} in ('446660', '446642') order by event_id desc") == [
        (utc(2020, 11, 15, 17, 1, 43),),
        (utc(2020, 11, 15, 16, 22, 52),),
    ]
    sent = "select distinct strptime(time, '%Y-%m-%d %H:%M:%S') = make_timestamp(timestamp * 1000000)"
    assert staged.rows(f"{sent} from raw_thrivecart.transactions") == [(True,)]


def test_fields_that_a_documented_transaction_lacks_are_null(staged: Staged) -> None:
    columns = "subscription_id, processor_subscription_id, pricing_option_id, coupon, item_name, customer_number"
    row = staged.row(f"select {columns}, subscription_current_status {TRANSACTIONS} = '446660'")
    assert row == (None,) * 7


def test_a_missing_or_null_quantity_is_one(staged: Staged) -> None:
    assert staged.rows(f"select quantity {TRANSACTIONS} in ('446660', '446300')") == [(1,), (1,)]


def test_the_local_day_of_a_transaction_is_the_workspaces(staged: Staged) -> None:
    # 03:30 UTC is 22:30 of the day before in New York, on the evening of the day the clocks went back.
    assert staged.row(f"select occurred_date {TRANSACTIONS} = '446500'") == (date(2020, 11, 1),)


def test_an_amount_sent_as_text_is_the_same_money(staged: Staged) -> None:
    assert staged.row(f"select amount {TRANSACTIONS} = '446500'") == (Decimal("125.00"),)


def test_a_refund_sent_negative_is_negative_money(staged: Staged) -> None:
    assert staged.row(f"select amount, currency {TRANSACTIONS} = '446400'") == (Decimal("-95.00"), "GBP")


def test_a_cancel_moves_no_money_though_it_states_an_amount(staged: Staged) -> None:
    columns = "transaction_type, amount, stated_amount"
    row = staged.row(f"select {columns} {TRANSACTIONS} = '446300'")
    assert row == ("cancel", Decimal("0.00"), Decimal("49.00"))


def test_ids_are_the_same_text_whether_sent_as_text_or_number(staged: Staged) -> None:
    columns = "order_number, invoice_id, funnel_product_number, item_id, pricing_option_id"
    assert staged.row(f"select {columns} {TRANSACTIONS} = '446500'") == (
        *("851411", "147484955", "373", "373", "12132"),
    )
    assert staged.row(f"select item_id, funnel_product_number {TRANSACTIONS} = '446400'") == ("2", "1")


def test_customer_numbers_of_18_digits_keep_every_digit_whether_sent_as_text_or_number(staged: Staged) -> None:
    numbers = staged.rows(f"select customer_number {TRANSACTIONS} in ('446500', '446400') order by event_id desc")
    assert numbers == [("429583657898226838",), ("429583657898226839",)]


def test_an_address_is_stripped_and_lowercased(staged: Staged) -> None:
    assert staged.row(f"select email {TRANSACTIONS} = '446500'") == ("kit.patterson@example.com",)


def test_a_subscription_goes_by_thrivecarts_number_not_the_processors(staged: Staged) -> None:
    columns = "subscription_id, processor_subscription_id"
    assert staged.rows(f"select {columns} {TRANSACTIONS} in ('446500', '446300') order by event_id desc") == [
        ("acme_thrivecart:253", "sub_DemoA"),
        ("acme_thrivecart:251", "I-DemoC"),
    ]


def test_empty_and_null_subscription_fields_are_no_subscription(staged: Staged) -> None:
    columns = "subscription_id, processor_subscription_id, subscription_number"
    assert staged.row(f"select {columns} {TRANSACTIONS} = '446400'") == (None, None, None)


def test_a_quantity_sent_as_text_is_a_number(staged: Staged) -> None:
    assert staged.row(f"select quantity, coupon {TRANSACTIONS} = '446400'") == (2, "AUTUMN")


def test_amounts_of_a_customers_subscription_sent_as_text_are_money(staged: Staged) -> None:
    columns = "thrivecart_status, frequency, currency, plan_amount, payments_made, payments_remaining, email"
    assert staged.row(f"select {columns} {SUBSCRIPTIONS} = 'acme_thrivecart:253'") == (
        *("active", "month", "USD", Decimal("125.00"), 1, 4, "kit.patterson@example.com"),
    )


def test_a_customers_subscription_may_come_in_numbers_without_payments_remaining(staged: Staged) -> None:
    columns = "thrivecart_status, frequency, plan_amount, payments_made, payments_remaining"
    assert staged.row(f"select {columns} {SUBSCRIPTIONS} = 'acme_thrivecart:254'") == (
        *("paused", "year", Decimal("300.00"), 2, None),
    )


def test_a_customer_with_purchases_only_is_known_and_has_no_subscription(staged: Staged) -> None:
    known = "select is_known, customer_name from staging.stg_thrivecart__customers where email = 'gone@example.com'"
    assert staged.row(known) == (True, "Gone Joshua")
    subscriptions = "from staging.stg_thrivecart__customer_subscriptions where email = 'gone@example.com'"
    assert staged.row(f"select count(*) {subscriptions}") == (0,)


def test_products_are_told_live_from_test(staged: Staged) -> None:
    columns = "item_id, product_name, product_label, catalogue_status, delivery_type"
    assert staged.rows(f"select {columns} from staging.stg_thrivecart__products order by item_id") == [
        ("1", "My First Product", None, "test", "physical"),
        ("2", "My Example Product", "Internal label for this product", "live", "digital"),
    ]


def test_a_product_has_the_currency_of_its_details_where_the_account_gives_them(staged: Staged) -> None:
    currencies = staged.rows("select item_id, currency from staging.stg_thrivecart__products order by item_id")
    assert currencies == [("1", "USD"), ("2", None)]


def test_a_bump_is_told_live_by_its_number_and_goes_by_the_id_of_its_product(staged: Staged) -> None:
    columns = "product_id, product_name, catalogue_status, currency"
    row = staged.row(f"select {columns} from staging.stg_thrivecart__bumps")
    assert row == ("acme_thrivecart:bump:4", "Special Bump Offer", "live", "GBP")


@pytest.mark.parametrize(("item_type", "name"), [("upsell", "My Example Upsell"), ("downsell", "My Demo Downsell")])
def test_upsells_and_downsells_have_neither_currency_nor_status(staged: Staged, item_type: str, name: str) -> None:
    columns = "product_id, product_name, product_label, delivery_type, currency, catalogue_status"
    row = staged.row(f"select {columns} from staging.stg_thrivecart__{item_type}s")
    label = f"Internal label for this {item_type}"
    assert row == (f"acme_thrivecart:{item_type}:2", name, label, "digital", None, None)


def test_a_payment_plan_keeps_its_number_of_payments_and_its_trial(staged: Staged) -> None:
    columns = "product_id, pricing_type, frequency, plan_payments, trial_days, price_amount, recurring_amount"
    plan = staged.row(f"select {columns} from staging.stg_thrivecart__pricing_options where pricing_option_id = '138'")
    amounts = (Decimal("100.00"), Decimal("100.00"))
    assert plan == ("acme_thrivecart:product:1", "subscription", "month", 5, 14, *amounts)


def test_a_one_time_price_has_neither_frequency_nor_payments(staged: Staged) -> None:
    columns = "pricing_type, frequency, plan_payments, trial_days, price_amount, recurring_amount"
    price = staged.row(f"select {columns} from staging.stg_thrivecart__pricing_options where pricing_option_id = '139'")
    assert price == ("one_time", None, None, 0, Decimal("450.00"), Decimal("0.00"))


def test_an_order_of_a_form_charges_once_what_it_will_charge_again(staged: Staged) -> None:
    # The list of charges has the first payment and the definition of the later ones: 30.00 each, and 30.00 were paid.
    columns = "product_id, amount, currency, is_test, occurred_at"
    assert staged.rows(f"select {columns} {TOLD_ITEMS} = 'acme_thrivecart:1007038'") == [
        ("acme_thrivecart:product:2", Decimal("30.00"), "EUR", True, utc(2018, 10, 15, 10, 4, 38)),
    ]


def test_an_order_of_today_names_the_subscription_of_its_item(staged: Staged) -> None:
    columns = "product_id, amount, tax_amount, gross_amount, told_subscription_number, event_id, occurred_at"
    assert staged.rows(f"select {columns} {TOLD_ITEMS} = 'acme_thrivecart:23370556'") == [
        (
            *("acme_thrivecart:product:12", Decimal("4997.00"), Decimal("0.00"), Decimal("4997.00"), "3498819", None),
            utc(2023, 11, 8, 23, 48, 20),
        ),
    ]


def test_a_product_and_an_upsell_of_one_number_are_two_items_of_their_order(staged: Staged) -> None:
    items = staged.rows(f"select product_id, amount {TOLD_ITEMS} = 'acme_thrivecart:1514394' order by product_id")
    assert items == [
        ("acme_thrivecart:product:101", Decimal("9.00")),
        ("acme_thrivecart:upsell:101", Decimal("40.00")),
    ]


def test_a_delivered_customer_has_every_digit_and_no_empty_name(staged: Staged) -> None:
    columns = "customer_number, email, customer_name, affiliate_id"
    assert staged.row(f"select {columns} {DELIVERIES} = 'order_refund_2025'") == (
        *("429583657898226838", "kim+2@example.com", None, None),
    )


def test_an_address_that_is_a_list_of_nulls_does_no_harm(staged: Staged) -> None:
    columns = "customer_number, email, customer_name"
    assert staged.row(f"select {columns} {DELIVERIES} = 'order_success_2023'") == (
        *("429583657727489355", "robin.sample@example.com", "Robin Sample"),
    )


def test_a_delivered_rebill_has_its_own_date_invoice_and_next_payment(staged: Staged) -> None:
    columns = "item_type, item_id, told_subscription_number, amount, invoice_id, occurred_at, next_payment_at"
    assert staged.row(f"select {columns} {DELIVERIES} = 'order_subscription_payment_2020'") == (
        *("product", "17", None, Decimal("69.00"), "000000141-6"),
        *(utc(2020, 7, 24, 5, 17, 34), utc(2020, 8, 24, 5, 17, 33)),
    )


def test_a_delivered_refund_tells_its_item_its_subscription_and_its_event(staged: Staged) -> None:
    columns = "transaction_type, product_id, told_subscription_number, event_id, amount, occurred_at"
    assert staged.row(f"select {columns} {TOLD_ITEMS} = 'acme_thrivecart:38033257'") == (
        *("refund", "acme_thrivecart:product:7", "5440433", "1325564304", Decimal("59.00")),
        utc(2025, 10, 24, 17, 57, 27),
    )


def test_a_delivered_cancellation_tells_until_when_the_subscription_is_paid_for(staged: Staged) -> None:
    columns = "change, subscription_id, product_id, remaining_rebills, occurred_at, billing_period_end_at"
    assert staged.row(f"select {columns} {CHANGES} = 'order_subscription_cancelled_2023'") == (
        *("cancelled", "acme_thrivecart:3498820", "acme_thrivecart:product:10", None),
        *(utc(2021, 7, 11, 20, 15, 2), utc(2021, 8, 11, 20, 9, 51)),
    )


def test_a_failed_payment_without_a_subscriptions_number_is_told_of_its_item(staged: Staged) -> None:
    columns = "change, subscription_id, order_id, product_id, amount, occurred_at"
    assert staged.row(f"select {columns} {CHANGES} = 'order_rebill_failed_documented'") == (
        *("payment_failed", None, "acme_thrivecart:1514394", "acme_thrivecart:upsell:101", None),
        utc(2026, 10, 4, 9),
    )


def test_a_cart_has_neither_order_nor_mode(staged: Staged) -> None:
    assert staged.row(f"select order_id, mode, is_test {DELIVERIES} = 'cart_abandoned_2020'") == (None, None, False)
    # 16:03 UTC is 12:03 in New York.
    columns = "email, customer_name, product_id, occurred_at, occurred_date"
    assert staged.row(f"select {columns} from staging.stg_thrivecart__abandoned_carts") == (
        *("buyer@example.com", "Jane Doe", "acme_thrivecart:product:24"),
        *(utc(2020, 8, 31, 16, 3, 41), date(2020, 8, 31)),
    )


def test_a_checkout_keeps_what_its_link_carried(staged: Staged) -> None:
    columns = "order_number, utm_source, utm_medium, utm_campaign, utm_term, click_id, click_id_type, origin, fbp"
    assert staged.rows(f"select {columns} from staging.stg_thrivecart__checkouts order by order_number") == [
        ("1514394", "facebook", "paid_social", "spring", None, "IwAR0demo", "fbclid", None, None),
        ("23370556", None, None, None, None, None, None, "vanity", "fb.1.1697072452426.266636192"),
    ]


def test_money_that_only_webhooks_tell_of_is_no_transaction(staged: Staged) -> None:
    told = staged.rows("select distinct transaction_id from staging.stg_thrivecart__webhook_items")
    assert told == [(None,)]
    assert staged.row("select count(*) from staging.stg_thrivecart__transactions where is_told_by_webhook") == (0,)


def test_no_documented_word_is_unknown(staged: Staged) -> None:
    assert staged.rows("select kind, word from staging.stg_thrivecart__unknown_words") == []


def test_a_subscriber_keeps_the_attribution_and_the_time_of_cancelling(staged: Staged) -> None:
    columns = "utm_source, utm_medium, utm_campaign, utm_content, utm_term, referrer, form_name"
    assert staged.row(f"select {columns} {SUBSCRIBERS} = '147'") == (
        *("facebook", "cpc", "black_friday", "get_10_off", "car_owners"),
        *("https://acme.example/offer/?utm_source=facebook", "Clare form"),
    )
    cancelled = staged.row(f"select subscriber_state, cancelled_at {SUBSCRIBERS} = '147'")
    assert cancelled == ("cancelled", utc(2026, 2, 1, 10))


@pytest.mark.parametrize(("subscriber", "email"), [("851", "subscriber491"), ("850", "subscriber490")])
def test_a_subscriber_whose_attribution_is_null_or_absent_has_none(staged: Staged, subscriber: str, email: str) -> None:
    columns = "email, utm_source, utm_campaign, referrer, form_name, cancelled_at"
    row = staged.row(f"select {columns} {SUBSCRIBERS} = '{subscriber}'")
    assert row == (f"{email}@example.com", None, None, None, None, None)


def test_a_subscriber_has_a_lowercase_address_and_an_id_of_text(staged: Staged) -> None:
    columns = "email, first_name, contact_id"
    assert staged.row(f"select {columns} {SUBSCRIBERS} = '147'") == ("alice@example.com", "Alice", "acme_kit:147")


def test_a_subscriber_was_created_in_utc_on_a_day_of_the_workspace(staged: Staged) -> None:
    # 03:43 UTC is 22:43 of the day before in New York.
    row = staged.row(f"select created_at, created_date {SUBSCRIBERS} = '147'")
    assert row == (utc(2023, 1, 27, 3, 43, 55), date(2023, 1, 26))


def test_the_end_cursor_of_the_last_page_of_subscribers_is_not_followed(staged: Staged) -> None:
    assert [request.query.get("after") for request in staged.vendor.asked("/subscribers")] == [None, "WzE0N10="]


def test_taggings_have_the_time_of_tagging_not_of_subscribing(staged: Staged) -> None:
    columns = "tag_id, contact_id, tagged_at"
    assert staged.rows(f"select {columns} from staging.stg_kit__subscriber_tags order by tagged_at") == [
        ("5", "acme_kit:147", utc(2023, 2, 17, 10, 43, 55)),
        ("5", "acme_kit:851", utc(2023, 2, 18, 9)),
    ]


def test_tags_have_ids_of_text(staged: Staged) -> None:
    tags = staged.rows("select tag_id, tag_name, created_at from staging.stg_kit__tags order by tag_id")
    created_at = utc(2023, 2, 17, 11, 43, 55)
    assert tags == [("4", "Tag A", created_at), ("5", "Tag B", created_at)]


def test_a_contact_of_hubspot_has_its_address_moment_and_source(staged: Staged) -> None:
    columns = "email, created_at, first_source, utm_source, utm_medium, utm_campaign"
    assert staged.row(f"select {columns} {HUBSPOT} = '512'") == (
        *("alice@example.com", utc(2019, 10, 30, 3, 30, 17, 883_000)),
        *("PAID_SOCIAL", "facebook", "paid_social", "spring_launch"),
    )


def test_properties_of_the_accounts_own_are_kept_as_text(staged: Staged) -> None:
    own = "properties ->> '$.property_number', properties ->> '$.property_multiple_checkboxes'"
    assert staged.row(f"select {own} {HUBSPOT} = '512'") == ("17", "chocolate;strawberry")


def test_all_contacts_that_were_merged_lead_to_the_one_that_is_left(staged: Staged) -> None:
    merges = "select contact_id, merged_into_contact_id from staging.stg_hubspot__contact_merges order by 1"
    assert staged.rows(merges) == [
        (f"acme_hubspot:{number}", "acme_hubspot:512") for number in ("46897301", "76226001", "76340251")
    ]


def test_additional_addresses_of_a_contact_are_a_row_each(staged: Staged) -> None:
    assert staged.rows("select email from staging.stg_hubspot__additional_emails order by 1") == [
        ("a@example.com",),
        ("alice.old@example.com",),
    ]


def test_an_archived_contact_is_deleted_at_its_moment(staged: Staged) -> None:
    deletion = f"select email, is_deleted, deleted_at {HUBSPOT} = '513'"
    assert staged.row(deletion) == ("gone@example.com", True, utc(2026, 3, 1))


def test_a_contact_is_on_a_list_since_its_membership_says(staged: Staged) -> None:
    stays = "select contact_id, added_at, is_current from staging.stg_hubspot__list_memberships"
    assert staged.rows(stays) == [("acme_hubspot:512", utc(2026, 1, 2), True)]


def test_the_stage_of_a_contact_has_a_history(staged: Staged) -> None:
    history = "select property_value, valid_from, changed_by from staging.stg_hubspot__property_history"
    assert staged.rows(history) == [("lead", utc(2026, 1, 2), "ANALYTICS")]


def test_contacts_of_activecampaign_have_moments_in_utc_and_no_dates_of_zeros(staged: Staged) -> None:
    # 16:53:50 and 17:00:00 at five hours before UTC.
    columns = "email, first_name, phone, created_at, modified_at, is_bounced, is_deleted, deleted_at, source_at"
    assert staged.row(f"select {columns} {ACTIVECAMPAIGN} = '5'") == (
        *("person5@example.com", None, None, utc(2018, 9, 12, 21, 53, 50), utc(2018, 9, 12, 22)),
        *(False, False, None, None),
    )
    assert staged.row(f"select count(*) {ACTIVECAMPAIGN} > '0'") == (6,)


def test_values_of_custom_fields_have_the_titles_of_their_fields(staged: Staged) -> None:
    values = "select contact_id, field_name, field_value from staging.stg_activecampaign__field_values order by 1"
    assert staged.rows(values) == [
        ("acme_activecampaign:5", "Title", "Burger"),
        ("acme_activecampaign:7", "Another Test Title", "2018-05-10"),
    ]


def test_tags_lists_and_automations_of_activecampaign_have_their_moments(staged: Staged) -> None:
    tags = "select contact_id, tag_id, tagged_at, untagged_at from staging.stg_activecampaign__contact_tags"
    assert staged.rows(tags) == [("acme_activecampaign:1", "20", utc(2017, 6, 8, 21, 11, 53), None)]
    # A status of 3: bounced off the list when that was noticed.
    lists = "select contact_id, list_id, added_at, removed_at from staging.stg_activecampaign__contact_lists"
    assert staged.rows(lists) == [
        ("acme_activecampaign:19", "1", utc(2021, 4, 8, 16, 17, 44), utc(2021, 5, 12, 16, 10, 6))
    ]
    runs = "select contact_id, entered_at, left_at, is_completed from staging.stg_activecampaign__contact_automations"
    left = utc(2018, 11, 16, 8, 32, 33)
    assert staged.rows(runs) == [("acme_activecampaign:10003", left, left, True)]


def test_a_contact_of_gohighlevel_has_what_brought_it_first_and_last(staged: Staged) -> None:
    contact = "102goXVW3lIExEQPOnd3"
    own = "email, first_name, last_name, phone, postal_code, contact_type, is_do_not_disturb, created_at, is_deleted"
    assert staged.row(f"select {own} {GOHIGHLEVEL} = '{contact}'") == (
        *("john@example.com", "john", "doe", "+123456789", "12345", "lead", False),
        *(utc(2024, 6, 6, 18, 54, 57).replace(microsecond=221000), False),
    )
    first = "utm_source, utm_medium, utm_campaign, utm_content, utm_term, click_id, click_id_type, landing_url, ad_id"
    assert staged.row(f"select {first} {GOHIGHLEVEL} = '{contact}'") == (
        *("google", "cpc", "winter_sale", "banner_1", "crm+tool", "EAIaIQobChMI12", "gclid"),
        *("https://product.example/pricing", "ad_456"),
    )
    last = "last_utm_source, last_utm_medium, last_utm_campaign, last_click_id, last_referrer"
    assert staged.row(f"select {last} {GOHIGHLEVEL} = '{contact}'") == (
        *("facebook", "paid_social", "new_year_blast", "EAIaIQobChMI99", "https://facebook.com"),
    )


def test_a_contact_of_gohighlevel_has_its_further_addresses_tags_and_fields(staged: Staged) -> None:
    contact = "acme_gohighlevel:102goXVW3lIExEQPOnd3"
    emails = "select contact_id, email from staging.stg_gohighlevel__additional_emails"
    assert staged.rows(emails) == [(contact, "jane@example.com")]
    tags = "select contact_id, tag_name, untagged_at from staging.stg_gohighlevel__contact_tags order by 2"
    assert staged.rows(tags) == [(contact, "tag-1", None), (contact, "tag-2", None)]
    fields = "select field_id, field_name, field_key from staging.stg_gohighlevel__custom_fields"
    assert staged.rows(fields) == [("sqoiOo5mAb8qwjXvcgdQ", "pincode", "contact.pincode")]


def test_an_ads_numbers_sent_as_text_are_numbers(staged: Staged) -> None:
    columns = "spend_date, spend_amount, currency, impressions, clicks"
    row = staged.row(f"select {columns} {ADS} = '6215293456071'")
    assert row == (date(2026, 11, 1), Decimal("76.53"), "USD", 4233, 31)


def test_an_ads_ids_and_names_are_kept(staged: Staged) -> None:
    columns = "account_id, campaign_id, campaign_name, ad_set_id, ad_set_name, ad_name"
    assert staged.row(f"select {columns} {ADS} = '6215293456071'") == (
        *("1700252260223815", "6215293400001", "Spring", "6215293400002", "LAL 1%", "video-a"),
    )


def test_an_ads_actions_are_kept_as_a_list_in_raw(staged: Staged) -> None:
    actions = "json_array_length(actions), actions ->> '$[1].action_type', action_values ->> '$[0].value'"
    row = staged.row(f"select {actions} from raw_meta_ads.ad_insights where ad_id = '6215293456071'")
    assert row == (5, "lead", "97.00")


def test_an_ad_without_clicks_names_and_actions_still_spends(staged: Staged) -> None:
    columns = "spend_amount, impressions, clicks, campaign_name, ad_set_id"
    row = staged.row(f"select {columns} {ADS} = '6215293456072'")
    assert row == (Decimal("5339.50"), 361324, 0, None, None)


def test_the_cursor_of_the_last_page_of_ads_is_not_followed(staged: Staged) -> None:
    asked = staged.vendor.asked("/v26.0/act_1700252260223815/insights")
    assert [request.query.get("after") for request in asked if request.query["level"] == "ad"] == [None, "MjQZD"]


def test_the_account_has_a_total_of_its_own(staged: Staged) -> None:
    columns = "account_id, spend_date, spend_amount, impressions, clicks"
    row = staged.row(f"select {columns} from staging.stg_meta_ads__account_insights")
    assert row == ("1700252260223815", date(2026, 11, 1), Decimal("5420.03"), 366000, 31)


def test_a_spend_file_without_ids_goes_by_its_names(staged: Staged) -> None:
    columns = "spend_date, platform, currency, spend_amount, impressions, clicks, campaign_id, ad_set_id, ad_id"
    assert staged.row(f"select {columns} from staging.stg_files__ad_spend") == (
        *(date(2026, 8, 1), "podcast", "USD", Decimal("460.50"), 12500, 284, "Show A", None, None),
    )


def test_a_spend_file_keeps_its_utm_parameters_and_where_it_came_from(staged: Staged) -> None:
    columns = "utm_source, utm_medium, utm_campaign, source_file, source_row"
    row = staged.row(f"select {columns} from staging.stg_files__ad_spend")
    assert row == ("podcast", "audio", "show_a", "ad_spend_podcast.csv", 2)
