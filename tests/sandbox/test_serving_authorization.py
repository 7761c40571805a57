"""Access by OAuth: the page of consent, the token for a code, whose token it is, and its end."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sandbox.serving import Faults, Sandbox
from tests.sandbox.serving_folder import THRIVECART, Client

BACK = "http://127.0.0.1:8721/callback"
APP = THRIVECART["oauth_app"]


def consent(sandbox: Sandbox, **changed: str) -> requests.Response:
    """Come to the page of consent, and see where it sends the browser."""
    asked = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK, "state": "of mind"}
    url = f"{sandbox.base_url}/thrivecart/authorization/new"
    return requests.get(url, params=asked | changed, allow_redirects=False, timeout=60)


def given_back(response: requests.Response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def exchange(sandbox: Sandbox, code: str, **changed: str) -> requests.Response:
    form = APP | {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code} | changed
    return requests.post(f"{sandbox.base_url}/thrivecart/authorization/token", data=form, timeout=60)


def connected(sandbox: Sandbox) -> dict[str, str]:
    """Connect the account; give the header that opens it."""
    answer = exchange(sandbox, given_back(consent(sandbox))["code"]).json()
    return {"Authorization": f"{answer['token_type']} {answer['access_token']}"}


def get(sandbox: Sandbox, path: str, headers: dict[str, str]) -> requests.Response:
    return requests.get(f"{sandbox.base_url}/thrivecart{path}", headers=headers, timeout=60)


def revoke(sandbox: Sandbox, headers: dict[str, str], token: str) -> requests.Response:
    url = f"{sandbox.base_url}/thrivecart/authorization/revoke"
    return requests.post(url, json={"token": token}, headers=headers, timeout=60)


def test_who_consents_is_sent_back_with_a_code_and_the_state(sandbox: Sandbox) -> None:
    response = consent(sandbox)
    location, given = response.headers["Location"].partition("?")[0], given_back(response)
    assert (response.status_code, location, set(given), given["state"]) == (302, BACK, {"code", "state"}, "of mind")


def test_what_stands_in_the_address_already_stays(sandbox: Sandbox) -> None:
    assert consent(sandbox, redirect_uri=f"{BACK}?of=acme").headers["Location"].startswith(f"{BACK}?of=acme&code=")


def test_who_declines_is_sent_back_without_a_code(sandbox: Sandbox) -> None:
    sandbox.faults = Faults(access_denied=True)
    assert given_back(consent(sandbox)) == {"error": "access_denied", "state": "of mind"}


def test_only_codes_are_given(sandbox: Sandbox) -> None:
    assert given_back(consent(sandbox, response_type="token"))["error"] == "unsupported_response_type"


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"client_id": "nobody"}, "invalid_client"), ({"redirect_uri": "callback"}, "invalid_request")],
)
def test_nobody_is_sent_to_an_unknown_place(sandbox: Sandbox, changed: dict[str, str], error: str) -> None:
    response = consent(sandbox, **changed)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_token_opens_the_api_like_the_key(sandbox: Sandbox, client: Client) -> None:
    answers = [get(sandbox, "/transactions", connected(sandbox)).json(), client.thrivecart("/transactions").json()]
    assert answers[0] == answers[1]


def test_a_code_works_once(sandbox: Sandbox) -> None:
    code = given_back(consent(sandbox))["code"]
    answers = [exchange(sandbox, code) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json() == {
        "error": "invalid_grant",
        "error_description": "The code is unknown or was used before",
        "description": "The code is unknown or was used before",
    }


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, 400, "invalid_grant"),
    ],
)
def test_a_token_is_not_given_for_less(sandbox: Sandbox, changed: dict[str, str], status: int, error: str) -> None:
    response = exchange(sandbox, **({"code": given_back(consent(sandbox))["code"]} | changed))
    assert (response.status_code, response.json()["error"]) == (status, error)


def test_a_token_tells_whose_it_is(sandbox: Sandbox) -> None:
    assert get(sandbox, "/authorization/me", connected(sandbox)).json() == {
        "user_id": "9",
        "account_id": "1",
        "account_name": "acme",
        "name": "owner@acme.example",
        "role": "owner",
    }


def test_who_is_signed_in_to_another_account_connects_that_one(sandbox: Sandbox) -> None:
    sandbox.signed_in = "other_thrivecart"
    get(sandbox, "/ping", connected(sandbox))
    assert sandbox.requests[-1].connection_id == "other_thrivecart"


def test_nobody_is_signed_in_to_an_unknown_account(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="acme_thrivecart, other_thrivecart"):
        sandbox.signed_in = "nobody"


def test_a_revoked_token_opens_nothing(sandbox: Sandbox) -> None:
    headers = connected(sandbox)
    answer = revoke(sandbox, headers, headers["Authorization"].removeprefix("Bearer "))
    refused = get(sandbox, "/ping", headers)
    assert (answer.status_code, refused.status_code, refused.json()) == (
        200,
        401,
        {"error": "invalid_token", "error_description": "The access token provided is invalid"},
    )


def test_a_revoked_token_does_not_touch_another_of_the_account(sandbox: Sandbox) -> None:
    first, second = connected(sandbox), connected(sandbox)
    revoke(sandbox, first, first["Authorization"].removeprefix("Bearer "))
    assert get(sandbox, "/ping", second).status_code == 200


def test_a_token_of_another_account_cannot_be_revoked(sandbox: Sandbox) -> None:
    headers = connected(sandbox)
    other = {"Authorization": "Bearer sandbox-other_thrivecart"}
    answer = revoke(sandbox, other, headers["Authorization"].removeprefix("Bearer "))
    assert (answer.status_code, get(sandbox, "/ping", headers).status_code) == (400, 200)


@pytest.mark.parametrize(
    ("headers", "error"), [({}, "auth.missing"), ({"Authorization": "Bearer nonsense"}, "invalid_token")]
)
@pytest.mark.parametrize("path", ["/authorization/me", "/authorization/elsewhere"])
def test_pages_of_an_account_ask_for_a_token_and_describe_their_errors(
    sandbox: Sandbox, path: str, headers: dict[str, str], error: str
) -> None:
    response = get(sandbox, path, headers)
    assert (response.status_code, response.json()["error"], response.json()["description"]) == (401, error, error)


def test_an_unknown_page_is_not_found(sandbox: Sandbox) -> None:
    assert get(sandbox, "/authorization/elsewhere", connected(sandbox)).status_code == 404


def test_the_pages_know_their_verbs(sandbox: Sandbox) -> None:
    assert get(sandbox, "/authorization/token", {}).status_code == 405


def test_the_page_of_consent_is_not_limited(folder: Path) -> None:
    with Sandbox(folder, requests_per_minute=1) as sandbox:
        assert [consent(sandbox).status_code for _ in range(3)] == [302, 302, 302]


def test_no_secret_is_recorded(sandbox: Sandbox) -> None:
    headers = connected(sandbox)
    revoke(sandbox, headers, headers["Authorization"].removeprefix("Bearer "))
    assert [set(request.params) for request in sandbox.requests] == [
        {"response_type", "client_id", "redirect_uri", "state"},
        {"client_id", "grant_type", "redirect_uri"},
        set(),
    ]
