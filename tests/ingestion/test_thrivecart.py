"""ThriveCart, as its facts say that it behaves."""

import json
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from requests import PreparedRequest
from requests.exceptions import ReadTimeout

from ingestion import LoadFailed, Window, progress
from ingestion.http import Throttle
from tests.ingestion.conftest import Project, fixture_of
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request

KEYS = "select event_id, item_type from raw_thrivecart.transactions order by all"


def paged(rows: list[Any], page_size: int = 100) -> Callable[[Request], Any]:
    """Serve live rows in pages as ThriveCart does; test mode is empty."""

    def serve(request: Request) -> Any:
        known = rows if request.headers["X-TC-Mode"] == "live" else []
        first = (int(request.query["page"]) - 1) * page_size
        page = known[first : first + page_size]
        return {"transactions": page, "meta": {"total": len(known), "results": len(page)}}

    return serve


def row(event_id: int, timestamp: int, **fields: Any) -> dict[str, Any]:
    newest = fixture_of("thrivecart/transactions.json")["transactions"][1]
    return newest | {"event_id": str(event_id), "timestamp": timestamp} | fields


def connect(project: Project, vendor: FakeVendor) -> FakeVendor:
    project.connect("acme_thrivecart", "thrivecart", vendor.url)
    vendor.routes["/transactions"] = paged(fixture_of("thrivecart/transactions.json")["transactions"])
    return vendor


@pytest.fixture
def account(project: Project, vendor: FakeVendor) -> FakeVendor:
    return connect(project, vendor)


@pytest.fixture(scope="module")
def loaded_account(read_only_project: Project, read_only_vendor: FakeVendor) -> FakeVendor:
    """Load the transactions of the account, once for all tests that only look at them or load more."""
    account = connect(read_only_project, read_only_vendor)
    read_only_project.load("thrivecart", "transactions")
    return account


@pytest.fixture
def later_account(later_project: Project, vendor: FakeVendor) -> FakeVendor:
    return connect(later_project, vendor)


def test_rows_are_landed_as_sent(read_only_project: Project, loaded_account: FakeVendor) -> None:
    landed = read_only_project.rows(
        "select connection_id, mode, event_id, item_id, amount, timestamp, internal_subscription_id, coupon, quantity,"
        " customer ->> '$.email' from raw_thrivecart.transactions where transaction_type = 'cancel'"
    )
    assert landed == [
        ("acme_thrivecart", "live", "990107", "11", 4900, 1795199400, "4020", None, None, " Noor@Example.COM")
    ]


def test_a_bump_that_shares_the_event_of_its_product_is_a_row_of_its_own(
    read_only_project: Project, loaded_account: FakeVendor
) -> None:
    assert read_only_project.rows(KEYS).count(("990104", "bump")) == 1
    assert read_only_project.rows(KEYS).count(("990104", "product")) == 1


def test_rows_of_test_mode_are_marked(project: Project, account: FakeVendor) -> None:
    rows = fixture_of("thrivecart/transactions.json")["transactions"][:1]
    account.routes["/transactions"] = lambda request: {
        "transactions": rows if request.query["page"] == "1" else [],
        "meta": {"total": 1, "results": 1},
    }
    project.load("thrivecart", "transactions")
    assert project.rows("select mode from raw_thrivecart.transactions order by mode") == [("live",), ("test",)]


def test_history_is_read_page_by_page(project: Project, account: FakeVendor) -> None:
    account.routes["/transactions"] = paged([row(9000 - n, 1795072510 - n) for n in range(25)], page_size=10)
    loaded = project.load("thrivecart", "transactions")
    assert loaded["transactions"].rows_loaded == 25
    assert project.rows("select count(distinct event_id) from raw_thrivecart.transactions") == [(25,)]


def test_of_a_long_history_the_first_and_the_last_page_are_reported(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", math.inf)
    account.routes["/transactions"] = paged([row(9000 - n, 1795072510 - n) for n in range(25)], page_size=5)
    project.load("thrivecart", "transactions")
    pages = [line for line in project.lines if "page" in line]
    assert pages == ["acme_thrivecart: page 1 of 5 (live)", "acme_thrivecart: page 5 of 5 (live)"]


def test_the_number_of_pages_is_that_of_full_ones(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    account.routes["/transactions"] = paged([row(9000 - n, 1795072510 - n) for n in range(25)], page_size=10)
    project.load("thrivecart", "transactions")
    assert "acme_thrivecart: page 3 of 3 (live)" in project.lines


def test_sales_made_while_paging_hide_no_row_and_double_none(project: Project, account: FakeVendor) -> None:
    rows = [row(9000 - n, 1795072510 - n) for n in range(25)]
    serve = paged(rows, page_size=10)

    def serve_and_sell(request: Request) -> Any:
        answer = serve(request)
        if request.headers["X-TC-Mode"] == "live" and len(rows) < 28:
            rows.insert(0, row(9001 + len(rows), 1795072510 + len(rows)))
        return answer

    account.routes["/transactions"] = serve_and_sell
    project.load("thrivecart", "transactions")
    old = "select count(*), count(distinct event_id) from raw_thrivecart.transactions where event_id::int <= 9000"
    assert project.rows(old) == [(25, 25)]


def test_a_second_load_stops_at_the_page_that_passes_the_look_back(project: Project, account: FakeVendor) -> None:
    day = 86_400
    account.routes["/transactions"] = paged([row(9000 - n, 1795072510 - n * day) for n in range(30)], page_size=5)
    project.load("thrivecart", "transactions")
    account.requests.clear()
    project.load("thrivecart", "transactions")
    pages = [request.query["page"] for request in account.requests if request.headers["X-TC-Mode"] == "live"]
    # Five days are on page 1, and three are looked back.
    assert pages == ["1"]


def test_a_second_load_changes_nothing_but_brings_what_is_new(
    later_project: Project, later_account: FakeVendor
) -> None:
    rows = fixture_of("thrivecart/transactions.json")["transactions"]
    later_account.routes["/transactions"] = paged(rows)
    before = later_project.rows(KEYS)
    rows.insert(0, row(990200, 1795210000))
    later_project.load("thrivecart", "transactions")
    assert later_project.rows(KEYS) == [*before, ("990200", "product")]


def test_a_page_out_of_order_does_not_end_the_walk(project: Project, account: FakeVendor) -> None:
    ages_in_days = [0, 400, 1, 2]
    account.routes["/transactions"] = paged(
        [row(9000 - n, 1795072510 - age * 86_400) for n, age in enumerate(ages_in_days)], page_size=2
    )
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 17), date(2026, 11, 19)))
    assert project.rows("select count(*) from raw_thrivecart.transactions") == [(3,)]


def test_a_window_lands_exactly_its_utc_days(project: Project, account: FakeVendor) -> None:
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 9), date(2026, 11, 10)))
    assert project.rows(KEYS) == [("990104", "bump"), ("990104", "product"), ("990105", "product")]


def test_a_window_far_down_is_landed_without_reading_what_lies_above(project: Project, account: FakeVendor) -> None:
    # A page a day, 64 of them, from November 19 down: November 1 is on page 19.
    noon = 1795089600
    history = [row(9000 - n, noon - n // 5 * 86_400 - n % 5) for n in range(320)]
    account.routes["/transactions"] = paged(history, page_size=5)
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 1), date(2026, 11, 1)))
    landed = project.rows("select event_id::int from raw_thrivecart.transactions order by all")
    assert landed == [(8906,), (8907,), (8908,), (8909,), (8910,)]
    pages = [request.query["page"] for request in account.requests if request.headers["X-TC-Mode"] == "live"]
    # The 2 * log2(64) + 3 that it may take, and its own.
    assert len(pages) <= 16
    assert pages[-2:] == ["19", "20"]


def test_test_mode_without_sales_takes_one_request_of_a_window(project: Project, account: FakeVendor) -> None:
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 1), date(2026, 11, 1)))
    assert len([request for request in account.requests if request.headers["X-TC-Mode"] == "test"]) == 1


def test_pages_out_of_order_are_told_and_a_window_is_found_all_the_same(project: Project, account: FakeVendor) -> None:
    noon = 1795089600
    ages_in_days = [0, 1, 40, 41, 18, 42, 43, 44]
    account.routes["/transactions"] = paged(
        [row(9000 - n, noon - age * 86_400) for n, age in enumerate(ages_in_days)], page_size=2
    )
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 1), date(2026, 11, 1)))
    assert project.rows("select event_id from raw_thrivecart.transactions") == [("8996",)]
    assert "acme_thrivecart: transactions are not newest first (page 3 has a newer row than page 2)" in project.report


def test_a_window_does_not_pass_for_the_history(project: Project, account: FakeVendor) -> None:
    project.load("thrivecart", "transactions", window=Window(date(2026, 11, 19), date(2026, 11, 20)))
    project.load("thrivecart", "transactions")
    assert project.rows("select count(*) from raw_thrivecart.transactions") == [(6,)]


def test_history_begins_where_the_connection_came_into_use(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_thrivecart", "thrivecart", vendor.url, in_use_from="2026-11-10")
    vendor.routes["/transactions"] = paged(fixture_of("thrivecart/transactions.json")["transactions"])
    project.load("thrivecart", "transactions")
    assert project.rows("select min(date) from raw_thrivecart.transactions") == [("2026-11-10",)]


def test_a_row_without_what_it_must_have_is_set_aside_whole(project: Project, account: FakeVendor) -> None:
    wrong = {"event_id": None, "amount": "49.00", "timestamp": "yesterday", "currency": "", "item_type": None}
    bad_rows = [row(1, 1795072500) | {field: value} for field, value in wrong.items()]
    account.routes["/transactions"] = paged([row(2, 1795072510), *bad_rows])
    loaded = project.load("thrivecart", "transactions")
    assert (loaded["transactions"].rows_loaded, loaded["transactions"].rows_rejected) == (1, 5)
    rejected = project.rows(
        "select connection_id, resource, field, reason, row ->> '$.order_id'"
        " from raw_thrivecart.rejected_rows order by field"
    )
    assert rejected == [
        ("acme_thrivecart", "transactions", "amount", "is no whole number", "70010"),
        ("acme_thrivecart", "transactions", "currency", "is missing", "70010"),
        ("acme_thrivecart", "transactions", "event_id", "is missing", "70010"),
        ("acme_thrivecart", "transactions", "item_type", "is missing", "70010"),
        ("acme_thrivecart", "transactions", "timestamp", "is no whole number", "70010"),
    ]


def test_a_row_is_rejected_once_however_often_it_is_read(project: Project, account: FakeVendor) -> None:
    account.routes["/transactions"] = paged([row(1, 1795072500, amount=None)])
    project.load("thrivecart", "transactions")
    project.load("thrivecart", "transactions")
    assert project.rows("select count(*) from raw_thrivecart.rejected_rows") == [(1,)]


def test_a_field_that_nobody_announced_is_added_for_all_connections(project: Project, account: FakeVendor) -> None:
    project.connect("other_thrivecart", "thrivecart", account.url)
    account.routes["/transactions"] = paged([row(2, 1795072510, vatRate=19), row(1, 1795072500, vatRate="n/a")])
    loaded = project.load("thrivecart", "transactions")
    assert loaded["transactions"].columns["vat_rate"] == "text"
    landed = "select vat_rate, count(*) from raw_thrivecart.transactions group by vat_rate order by vat_rate"
    assert project.rows(landed) == [("19", 2), ("n/a", 2)]


def test_interruptions_are_outlasted(project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__THRIVECART__ATTEMPTS", "4")
    cut = Answer({"transactions": [], "meta": {}}, is_cut=True)
    account.interruptions.extend([Answer("Too many", status=429), Answer("Bad gateway", status=502), cut])
    project.load("thrivecart", "transactions")
    assert project.rows("select count(*) from raw_thrivecart.transactions") == [(6,)]
    assert len([request for request in account.requests if request.headers["X-TC-Mode"] == "live"]) == 4


@pytest.mark.parametrize("status", [400, 404, 501])
def test_a_refusal_is_not_repeated(project: Project, account: FakeVendor, status: int) -> None:
    account.interruptions.append(Answer({"error": "method.invalid"}, status=status))
    with pytest.raises(LoadFailed, match=f"acme_thrivecart: ThriveCart answered {status} to GET /transactions"):
        project.load("thrivecart", "transactions")
    assert len(account.requests) == 1


def test_a_wrong_key_is_named_with_where_to_renew_it(project: Project, account: FakeVendor) -> None:
    account.interruptions.append(Answer({"error": "invalid_token"}, status=401))
    with pytest.raises(LoadFailed) as raised:
        project.load("thrivecart", "transactions")
    assert str(raised.value) == (
        "acme_thrivecart: ThriveCart does not accept the key in CONNECTIONS__ACME_THRIVECART__API_KEY: it is wrong or "
        "revoked; renew it at ThriveCart > Settings > API & webhooks > API tokens and store it with "
        "`make connect CONNECTION=acme_thrivecart`"
    )


def catalogue(vendor: FakeVendor) -> None:
    options = fixture_of("thrivecart/pricing_options.json")
    vendor.routes |= {
        "/products": lambda _: fixture_of("thrivecart/products.json"),
        "/products/12": lambda _: fixture_of("thrivecart/product_12.json"),
        "/products/11": lambda _: Answer("Oops", status=500),
        "/products/12/pricing_options": lambda _: Answer("Oops", status=500),
        "/products/11/pricing_options": lambda _: options,
        "/bumps": lambda _: fixture_of("thrivecart/bumps.json"),
        "/bumps/12/pricing_options": lambda _: [],
        "/upsells": lambda _: [],
        "/downsells": lambda _: [],
    }


def test_the_catalogue_is_landed_where_some_of_its_calls_always_fail(project: Project, account: FakeVendor) -> None:
    catalogue(account)
    project.load("thrivecart", "products", "bumps", "pricing_options")
    products = "select product_id, slug, status_string from raw_thrivecart.products order by product_id"
    assert project.rows(products) == [("11", None, "live"), ("12", "sketchbook", "live")]
    options = "select item_type, item_id, id, subscription_price, preferred from raw_thrivecart.pricing_options"
    assert project.rows(options) == [("product", "11", "301", 4900, True)]
    assert "ThriveCart answered 500 to GET /products/12/pricing_options: Oops; left out" in project.report


def test_an_optional_call_that_keeps_failing_is_given_up_after_two_attempts(
    project: Project, account: FakeVendor
) -> None:
    catalogue(account)
    project.load("thrivecart", "pricing_options")
    assert len(account.asked("/products/12/pricing_options")) == 2


def test_an_optional_call_that_is_never_answered_is_given_up_after_two_attempts(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, unanswered = Throttle.send, []

    def send_or_wait(throttle: Throttle, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        if request.path_url == "/products/11/pricing_options":
            unanswered.append(request)
            raise ReadTimeout
        return send(throttle, request, *args, **kwargs)

    catalogue(account)
    monkeypatch.setattr(Throttle, "send", send_or_wait)
    project.load("thrivecart", "pricing_options")
    assert len(unanswered) == 2


def test_a_busy_vendor_is_waited_for_on_optional_calls_too(
    project: Project, account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__THRIVECART__ATTEMPTS", "6")
    catalogue(account)
    interruptions = [Answer("Too many", status=429)] * 3 + [Answer([], is_cut=True), Answer("Oops", status=502)]
    options = fixture_of("thrivecart/pricing_options.json")
    account.routes["/products/11/pricing_options"] = lambda _: interruptions.pop() if interruptions else options
    project.load("thrivecart", "pricing_options")
    assert project.rows("select item_id from raw_thrivecart.pricing_options") == [("11",)]


def test_payers_of_subscriptions_are_asked_about_open_ones_first(
    later_project: Project, later_account: FakeVendor
) -> None:
    later_account.routes["/customer"] = lambda request: (
        fixture_of("thrivecart/customer.json")
        if request.body["email"] == "ada@example.com"
        else Answer({"error": "There are no orders associated with this customer."}, status=404)
    )
    later_project.load("thrivecart", "customers")
    assert [request.body for request in later_account.asked("/customer")] == [
        {"email": "ada@example.com"},
        {"email": "Noor@Example.COM"},
    ]
    landed = "select email, status, subscriptions ->> '$[0].status' from raw_thrivecart.customers order by seen_at"
    assert later_project.rows(landed) == [
        ("ada@example.com", "found", "paused"),
        ("Noor@Example.COM", "not_found", None),
    ]


def test_customers_may_be_loaded_before_anything_else(project: Project, account: FakeVendor) -> None:
    loaded = project.load("thrivecart", "customers")
    assert loaded["customers"].rows_loaded == 0


def test_a_customer_is_not_asked_about_twice_a_day(later_project: Project, later_account: FakeVendor) -> None:
    later_account.routes["/customer"] = lambda _: fixture_of("thrivecart/customer.json")
    later_project.load("thrivecart", "customers")
    later_account.requests.clear()
    later_project.load("thrivecart", "customers")
    assert later_account.requests == []


def test_the_budget_of_customers_goes_round(
    later_project: Project, later_account: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__THRIVECART__CUSTOMER_BUDGET", "1")
    later_account.routes["/customer"] = lambda _: fixture_of("thrivecart/customer.json")
    later_project.load("thrivecart", "customers")
    later_project.load("thrivecart", "customers")
    asked = [request.body["email"] for request in later_account.asked("/customer")]
    assert asked == ["ada@example.com", "Noor@Example.COM"]


def test_no_key_and_no_address_is_reported_or_printed(
    project: Project, account: FakeVendor, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    rows = [row(1, 1795072510), row(2, 1795072500, amount="bo@example.com")]
    account.routes["/transactions"] = paged(rows)
    account.routes["/customer"] = lambda request: Answer(
        {"error": f"cannot find {request.body['email']}", "key": request.headers["Authorization"]}, status=418
    )
    with pytest.raises(LoadFailed) as raised:
        project.load("thrivecart", "transactions", "customers")
    printed = capfd.readouterr()
    said = "\n".join([project.report, str(raised.value), caplog.text, printed.out, printed.err])
    assert "@example.com" not in said
    assert "key-of-acme_thrivecart" not in said


def test_rows_hold_json_where_the_vendor_nests(read_only_project: Project, loaded_account: FakeVendor) -> None:
    kept = read_only_project.rows("select customer from raw_thrivecart.transactions where event_id = '990107'")
    assert json.loads(kept[0][0])["id"] == "429583657898226838"
