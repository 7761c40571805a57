"""ThriveCart's manners, over a tiny business."""

import pytest
import requests

from sandbox.serving import Sandbox
from tests.sandbox.serving_folder import THRIVECART, THRIVECART_KEY, Client, transaction


def events(response: requests.Response) -> list[str]:
    return [row["event_id"] for row in response.json()["transactions"]]


def post_customer(sandbox: Sandbox, **body: dict[str, str]) -> requests.Response:
    return requests.post(f"{sandbox.base_url}/thrivecart/customer", headers=THRIVECART_KEY, timeout=60, **body)


def test_a_request_without_key_is_refused(sandbox: Sandbox) -> None:
    response = requests.get(f"{sandbox.base_url}/thrivecart/ping", timeout=60)
    assert (response.status_code, response.json()) == (401, {"error": "auth.missing"})


def test_a_wrong_key_is_refused(sandbox: Sandbox) -> None:
    headers = {"Authorization": "Bearer nonsense"}
    response = requests.get(f"{sandbox.base_url}/thrivecart/ping", headers=headers, timeout=60)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_token")


def test_the_key_tells_which_account_is_meant(sandbox: Sandbox) -> None:
    headers = {"Authorization": "Bearer sandbox-other_thrivecart"}
    response = requests.get(f"{sandbox.base_url}/thrivecart/transactions", headers=headers, timeout=60)
    assert response.json() == {"transactions": [], "meta": {"total": 0, "results": 0}}


def test_every_answer_names_the_account(client: Client) -> None:
    headers = client.thrivecart("/ping").headers
    assert (headers["X-ThriveCart-Account-Name"], headers["X-ThriveCart-Account-URL"]) == (
        "acme",
        "https://acme.thrivecart.com/",
    )


def test_ping_describes_the_account(client: Client) -> None:
    assert client.thrivecart("/ping").json() == THRIVECART["account"]


def test_transactions_come_newest_first(client: Client) -> None:
    assert events(client.thrivecart("/transactions")) == ["9005", "9004", "9003", "9002", "9001"]


def test_transactions_are_sent_without_their_mode(client: Client) -> None:
    assert all("mode" not in row for row in client.thrivecart("/transactions").json()["transactions"])


def test_the_header_asks_for_test_mode(client: Client) -> None:
    assert events(client.thrivecart("/transactions", mode="test")) == ["9006"]


def test_pages_count_from_one(client: Client) -> None:
    response = client.thrivecart("/transactions", page=2, perPage=2)
    assert (events(response), response.json()["meta"]) == (["9003", "9002"], {"total": 5, "results": 2})


def test_a_page_beyond_the_end_is_empty(client: Client) -> None:
    assert client.thrivecart("/transactions", page=9).json() == {
        "transactions": [],
        "meta": {"total": 5, "results": 0},
    }


def test_page_zero_of_size_zero_gives_the_total(client: Client) -> None:
    assert client.thrivecart("/transactions", page=0, perPage=0).json()["meta"]["total"] == 5


@pytest.mark.parametrize(("asked", "given"), [({}, 25), ({"perPage": 500}, 100), ({"limit": 100}, 25)])
def test_a_page_holds_25_rows_unless_per_page_asks_for_up_to_100(
    sandbox: Sandbox, client: Client, asked: dict[str, int], given: int
) -> None:
    sandbox.insert_transactions("acme_thrivecart", [transaction(100 + number) for number in range(120)])
    assert client.thrivecart("/transactions", **asked).json()["meta"]["results"] == given


def test_a_date_filter_is_silently_ignored(client: Client) -> None:
    assert client.thrivecart("/transactions", date_from="2030-01-01").json()["meta"]["total"] == 5


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"transactionType": "rebill"}, ["9003"]),
        ({"transactionType": "any"}, ["9005", "9004", "9003", "9002", "9001"]),
        ({"currency": "gbp"}, ["9002"]),
        ({"query": "bo@example.com"}, ["9002"]),
        ({"query": "101"}, ["9003", "9001"]),
        ({"query": "504"}, ["9004"]),
    ],
)
def test_documented_filters_narrow_the_rows(client: Client, params: dict[str, str], found: list[str]) -> None:
    assert events(client.thrivecart("/transactions", **params)) == found


def test_an_inserted_row_takes_the_place_of_its_time(sandbox: Sandbox, client: Client) -> None:
    moment = transaction(3)["timestamp"] + 60
    sandbox.insert_transactions("acme_thrivecart", [transaction(50, timestamp=moment)])
    assert events(client.thrivecart("/transactions")) == ["9005", "9004", "9050", "9003", "9002", "9001"]


def test_rows_cannot_be_inserted_into_an_unknown_account(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="acme_thrivecart, other_thrivecart"):
        sandbox.insert_transactions("nobody", [transaction(50)])


def test_removed_rows_are_gone_and_the_others_stay(sandbox: Sandbox, client: Client) -> None:
    sandbox.remove_transactions("acme_thrivecart", ["9002", "9004"])
    response = client.thrivecart("/transactions")
    assert (events(response), response.json()["meta"]["total"]) == (["9005", "9003", "9001"], 3)


def test_a_bump_is_removed_with_the_event_of_its_product(sandbox: Sandbox, client: Client) -> None:
    sandbox.insert_transactions("acme_thrivecart", [transaction(5, item_type="bump")])
    sandbox.remove_transactions("acme_thrivecart", ["9005"])
    assert events(client.thrivecart("/transactions"))[0] == "9004"


def test_an_unknown_event_cannot_be_removed_and_nothing_is(sandbox: Sandbox, client: Client) -> None:
    with pytest.raises(LookupError, match="there is no event 7777"):
        sandbox.remove_transactions("acme_thrivecart", ["9002", "7777"])
    assert client.thrivecart("/transactions").json()["meta"]["total"] == 5


def test_a_status_changes_on_all_rows_of_a_subscription_without_an_event(sandbox: Sandbox, client: Client) -> None:
    sandbox.set_subscription_status("acme_thrivecart", 4001, "paused")
    rows = client.thrivecart("/transactions").json()["transactions"]
    assert [(row["event_id"], row.get("subscription_current_status")) for row in rows] == [
        ("9005", "paused"),
        ("9004", None),
        ("9003", "paused"),
        ("9002", None),
        ("9001", None),
    ]


def test_a_status_changes_in_what_is_said_of_the_customer(sandbox: Sandbox) -> None:
    sandbox.set_subscription_status("acme_thrivecart", "4001", "paused")
    assert post_customer(sandbox, json={"email": "ada@example.com"}).json()["subscriptions"] == [
        {"subscription_id": "4001", "status": "paused"},
        {"subscription_id": "4002", "status": "active", "next_payment": "2026-12-09 03:00:00"},
    ]


def test_the_status_of_an_unknown_subscription_cannot_be_set(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="there is no subscription 5"):
        sandbox.set_subscription_status("acme_thrivecart", 5, "paused")


def test_an_account_that_has_only_a_key_and_transactions_can_be_asked_for_all(sandbox: Sandbox) -> None:
    headers = {"Authorization": "Bearer sandbox-other_thrivecart"}
    answers = [
        requests.get(f"{sandbox.base_url}/thrivecart{path}", headers=headers, timeout=60).json()
        for path in ("/ping", "/transactions", "/products", "/bumps")
    ]
    assert answers == [{}, {"transactions": [], "meta": {"total": 0, "results": 0}}, [], []]


def test_a_catalogue_is_a_bare_list(client: Client) -> None:
    assert client.thrivecart("/products").json() == THRIVECART["products"]


@pytest.mark.parametrize(("status", "name"), [("live", "Course"), ("test", "Draft")])
def test_products_can_be_asked_for_by_status(client: Client, status: str, name: str) -> None:
    assert [product["name"] for product in client.thrivecart("/products", status=status).json()] == [name]


def test_a_products_details_add_slug_and_currency(client: Client) -> None:
    product = client.thrivecart("/products/1").json()
    assert (product["name"], product["slug"], product["payment_currency"]) == ("Course", "course", "USD")


def test_a_bumps_details_leave_out_its_price(client: Client) -> None:
    assert "payment_amount" not in client.thrivecart("/bumps/1").json()


def test_an_upsells_details_are_its_names(client: Client) -> None:
    assert client.thrivecart("/upsells/5").json() == {"upsell_id": "5", "name": "Coaching", "label": ""}


def test_an_unknown_bump_is_an_exception(client: Client) -> None:
    response = client.thrivecart("/bumps/77")
    assert (response.status_code, response.json()) == (
        404,
        {"error": "method.exception", "reason": "The requested bump cannot be identified."},
    )


def test_pricing_options_are_a_bare_list(client: Client) -> None:
    assert client.thrivecart("/products/1/pricing_options").json() == [{"id": 11, "name": "Once", "price": 4900}]


def test_broken_pricing_options_always_fail(client: Client) -> None:
    assert [client.thrivecart("/products/2/pricing_options").status_code for _ in range(3)] == [500, 500, 500]


@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_customer_is_found_by_json_and_by_form_whatever_the_case(sandbox: Sandbox, kind: str) -> None:
    response = post_customer(sandbox, **{kind: {"email": " Ada@Example.com"}})
    assert response.json() == THRIVECART["customers"]["ada@example.com"]


def test_an_unknown_customer_has_no_orders(sandbox: Sandbox) -> None:
    response = post_customer(sandbox, json={"email": "nobody@example.com"})
    assert (response.status_code, response.json()) == (
        404,
        {"error": "There are no orders associated with this customer."},
    )


@pytest.mark.parametrize("path", ["/customer", "/customers", "/products/1/prices"])
def test_an_unknown_route_is_not_implemented(client: Client, path: str) -> None:
    response = client.thrivecart(path)
    assert (response.status_code, response.json()) == (501, {"error": "method.invalid"})


def test_a_wrong_verb_is_not_implemented(sandbox: Sandbox) -> None:
    response = requests.post(f"{sandbox.base_url}/thrivecart/transactions", headers=THRIVECART_KEY, timeout=60)
    assert response.status_code == 501
