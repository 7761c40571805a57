"""How often the catalogue is asked about: each item is a request, and a minute has sixty."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.thrivecart import catalogue, settings
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor

OPTION = {"id": 301, "name": "Monthly", "type": "subscription", "price": 4900, "frequency": "month", "payments": 0}
SALE = {
    "event_id": "1",
    "transaction_type": "charge",
    "item_type": "product",
    "item_id": 11,
    "item_pricing_option_id": 301,
    "amount": 4900,
    "currency": "USD",
    "timestamp": 1795072510,
    "customer": {"email": "ada@example.com"},
}


@pytest.fixture
def account(project: Project, vendor: FakeVendor) -> FakeVendor:
    """Load an account with one product, that has one pricing option and one sale on it."""
    project.connect("acme_thrivecart", "thrivecart", vendor.url)
    vendor.routes |= {
        "/products": lambda _: [{"product_id": "11", "name": "Letters"}],
        "/products/11": lambda _: {"product_id": "11", "name": "Letters", "slug": "letters"},
        "/products/11/pricing_options": lambda _: [OPTION],
        **dict.fromkeys(("/bumps", "/upsells", "/downsells"), lambda _: []),
        "/transactions": lambda request: {
            "transactions": [SALE] if request.headers["X-TC-Mode"] == "live" else [],
            "meta": {"total": 1 if request.headers["X-TC-Mode"] == "live" else 0},
        },
    }
    project.load("thrivecart", "transactions", "products", "pricing_options")
    vendor.requests.clear()
    return vendor


def asked(vendor: FakeVendor) -> set[str]:
    return {request.path for request in vendor.requests}


def days_pass(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    today = datetime.now(UTC).date() + timedelta(days=days)
    monkeypatch.setattr(catalogue, "_today", lambda: today)


def test_an_item_that_has_not_changed_is_not_asked_about_again_the_next_day(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    days_pass(monkeypatch, 1)
    project.load("thrivecart", "products", "bumps", "upsells", "downsells", "pricing_options")
    assert asked(account) == {"/products", "/bumps", "/upsells", "/downsells"}


def test_what_an_item_said_of_itself_stays_while_it_is_not_asked(project: Project, account: FakeVendor) -> None:
    project.load("thrivecart", "products", "pricing_options")
    assert project.rows("select slug from raw_thrivecart.products") == [("letters",)]
    assert project.rows("select frequency from raw_thrivecart.pricing_options") == [("month",)]


def test_an_item_is_asked_about_again_after_a_week(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    days_pass(monkeypatch, settings.CATALOGUE_REST_DAYS)
    project.load("thrivecart", "products", "pricing_options")
    assert {"/products/11", "/products/11/pricing_options"} <= asked(account)


def test_an_item_whose_row_has_changed_is_asked_about_at_once(project: Project, account: FakeVendor) -> None:
    account.routes["/products"] = lambda _: [{"product_id": "11", "name": "Love letters"}]
    project.load("thrivecart", "products", "pricing_options")
    assert {"/products/11", "/products/11/pricing_options"} <= asked(account)


def test_the_name_in_the_list_counts_more_than_an_older_answer_about_the_item(
    project: Project, account: FakeVendor
) -> None:
    account.routes["/products"] = lambda _: [{"product_id": "11", "name": "Love letters"}]
    account.routes["/products/11"] = lambda _: Answer("Oops", status=500)
    project.load("thrivecart", "products")
    assert project.rows("select name, slug from raw_thrivecart.products") == [("Love letters", "letters")]


def test_an_item_that_was_sold_on_terms_nobody_told_is_asked_about_at_once(
    project: Project, account: FakeVendor
) -> None:
    sale: dict[str, Any] = SALE | {"event_id": "2", "item_pricing_option_id": 302, "timestamp": 1795072511}
    account.routes["/transactions"] = lambda request: {"transactions": [sale, SALE], "meta": {"total": 2}}
    project.load("thrivecart", "transactions")
    account.requests.clear()
    project.load("thrivecart", "pricing_options")
    assert "/products/11/pricing_options" in asked(account)


def test_an_item_that_gives_no_answer_is_asked_about_the_next_day(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.routes["/products"] = lambda _: [{"product_id": "12", "name": "New"}]
    account.routes["/products/12/pricing_options"] = lambda _: Answer("Oops", status=500)
    project.load("thrivecart", "pricing_options")
    account.requests.clear()
    days_pass(monkeypatch, 1)
    project.load("thrivecart", "pricing_options")
    assert "/products/12/pricing_options" in asked(account)
