"""What goes wrong on demand, the limit of requests, and the server itself."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from sandbox.serving import Faults, RecordedRequest, Sandbox
from sandbox.serving.faults import RequestLimit
from tests.sandbox.serving_folder import Client, transaction


def statuses(client: Client, times: int) -> list[int]:
    return [client.thrivecart("/ping").status_code for _ in range(times)]


def events(response: requests.Response) -> list[str]:
    return [row["event_id"] for row in response.json()["transactions"]]


def test_every_nth_request_meets_the_rate_limit(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(rate_limited_every=3)
    assert statuses(client, 6) == [200, 200, 429, 200, 200, 429]


def test_every_nth_request_meets_a_server_error(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(server_error_every=2)
    assert statuses(client, 4) == [200, 500, 200, 500]


def test_faults_that_are_set_anew_count_anew(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(rate_limited_every=2)
    statuses(client, 1)
    sandbox.faults = Faults(rate_limited_every=2)
    assert statuses(client, 2) == [200, 429]


def test_a_dropped_connection_ends_in_the_middle_of_the_answer(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(drop_connection_every=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.thrivecart("/transactions")


def test_after_a_dropped_connection_the_next_request_is_answered(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(drop_connection_every=2)
    client.thrivecart("/ping")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.thrivecart("/ping")
    assert client.thrivecart("/ping").status_code == 200


def test_a_slow_request_waits(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(slow_every=1, slow_seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(f"{sandbox.base_url}/kit/tags", timeout=0.1)


def outcomes(sandbox: Sandbox, times: int) -> list[int | None]:
    """Give the statuses of so many requests, None for an answer that broke off."""
    client, seen = Client(sandbox), []
    for _ in range(times):
        try:
            seen.append(client.thrivecart("/ping").status_code)
        except requests.exceptions.ChunkedEncodingError:
            seen.append(None)
    return seen


def test_a_share_of_the_requests_fails_in_one_of_three_ways(sandbox: Sandbox) -> None:
    sandbox.faults = Faults(random_share=1.0)
    assert set(outcomes(sandbox, 40)) == {429, 500, None}


def test_what_fails_at_random_fails_again_for_the_same_seed(sandbox: Sandbox) -> None:
    runs = []
    for seed in (1, 1, 2):
        sandbox.faults = Faults(random_share=0.5, random_seed=seed)
        runs.append(outcomes(sandbox, 40))
    assert (runs[0] == runs[1], runs[0] == runs[2]) == (True, False)


def test_as_many_requests_fail_as_the_share_says(sandbox: Sandbox) -> None:
    sandbox.faults = Faults(random_share=0.25, random_seed=3)
    # Four standard deviations of 400 draws around 300: the square root of 400 x 0.25 x 0.75 is 8.7.
    assert 265 <= outcomes(sandbox, 400).count(200) <= 335


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"random_share 1\.5 is not between 0 and 1"):
        Faults(random_share=1.5)


@pytest.mark.parametrize(("page", "expected"), [(1, ["9003", "9002"]), (2, ["9005", "9004"]), (3, ["9001"]), (4, [])])
def test_two_neighbouring_pages_change_places(sandbox: Sandbox, client: Client, page: int, expected: list[str]) -> None:
    sandbox.faults = Faults(swapped_page=1)
    assert events(client.thrivecart("/transactions", page=page, perPage=2)) == expected


def test_a_last_page_that_is_not_full_still_stands_last_when_it_changes_places(
    sandbox: Sandbox, client: Client
) -> None:
    sandbox.faults = Faults(swapped_page=2)
    pages = [events(client.thrivecart("/transactions", page=page, perPage=2)) for page in (1, 2, 3)]
    assert pages == [["9005", "9004"], ["9001", "9003"], ["9002"]]


def test_pages_of_test_mode_keep_their_places(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(swapped_page=1)
    assert events(client.thrivecart("/transactions", mode="test", perPage=1)) == ["9006"]


def test_requests_of_many_threads_are_counted_one_by_one(sandbox: Sandbox) -> None:
    sandbox.faults = Faults(rate_limited_every=4)
    threads = [threading.Thread(target=statuses, args=(Client(sandbox), 10)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(request.status for request in sandbox.requests) == {200: 60, 429: 20}


def test_while_paging_a_new_sale_pushes_a_row_onto_the_next_page(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(insert_while_paging=1)
    first = events(client.thrivecart("/transactions", page=1, perPage=2))
    assert (first, events(client.thrivecart("/transactions", page=2, perPage=2))) == (
        ["9005", "9004"],
        ["9004", "9003"],
    )


def test_a_sale_while_paging_is_a_new_charge_of_100_cents_now(sandbox: Sandbox, client: Client) -> None:
    began = int(time.time())
    sandbox.faults = Faults(insert_while_paging=1)
    client.thrivecart("/transactions")
    sandbox.faults = Faults()
    sale = client.thrivecart("/transactions", perPage=1).json()["transactions"][0]
    is_now = began <= sale["timestamp"] <= time.time()
    # 9006 is the largest number of the account.
    assert (sale["event_id"], sale["order_id"], sale["transaction_type"], sale["amount"], is_now) == (
        "9007",
        "9007",
        "charge",
        100,
        True,
    )


def test_a_sale_arrives_after_every_nth_page_only(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(insert_while_paging=3)
    totals = [client.thrivecart("/transactions", perPage=1).json()["meta"]["total"] for _ in range(7)]
    assert totals == [5, 5, 5, 6, 6, 6, 7]


def test_the_question_for_the_total_is_no_page(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(insert_while_paging=1)
    totals = [client.thrivecart("/transactions", page=0, perPage=0).json()["meta"]["total"] for _ in range(3)]
    assert totals == [5, 5, 5]


def test_an_account_is_refused_beyond_its_requests_per_minute(folder: Path) -> None:
    with Sandbox(folder, requests_per_minute=3) as sandbox:
        assert statuses(Client(sandbox), 5) == [200, 200, 200, 429, 429]


def test_each_account_has_a_limit_of_its_own(folder: Path) -> None:
    with Sandbox(folder, requests_per_minute=1) as sandbox:
        client = Client(sandbox)
        assert [answer.status_code for answer in (client.thrivecart("/ping"), client.kit("/tags"))] == [200, 200]


def test_a_minute_later_the_account_may_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    limit = RequestLimit(1)
    admitted = [limit.admits("acme")]
    for now in (1059.9, 1060.0, 1119.9):  # noqa: B007 - the clock
        admitted.append(limit.admits("acme"))
    assert admitted == [True, False, True, False]


def test_thrivecart_limits_in_plain_text_without_a_hint(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(rate_limited_every=1)
    headers = client.thrivecart("/ping").headers
    assert (headers["Content-Type"].split(";")[0], "Retry-After" in headers) == ("text/plain", False)


def test_kit_limits_in_plain_text_without_a_hint(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(rate_limited_every=1)
    response = client.kit("/tags")
    assert (response.status_code, response.text, "Retry-After" in response.headers) == (429, "Retry later", False)


def test_meta_limits_with_status_400(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(rate_limited_every=1)
    response = client.insights("ad")
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["error_subcode"]) == (400, 17, 2446079)


def test_meta_tells_the_minutes_to_keep_away_in_its_own_header(folder: Path) -> None:
    with Sandbox(folder, requests_per_minute=1) as sandbox:
        client = Client(sandbox)
        client.insights("ad")
        header = client.insights("ad").headers["X-Business-Use-Case-Usage"]
        assert re.sub(r'"total_\w+": \d+, ', "", header) == (
            '{"42": [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 1}]}'
        )


def test_meta_calls_its_own_failures_transient(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(server_error_every=1)
    response = client.insights("ad")
    assert (response.status_code, response.json()["error"]["code"]) == (500, 2)


def test_requests_are_recorded(sandbox: Sandbox, client: Client) -> None:
    client.thrivecart("/transactions", page=2)
    assert sandbox.requests == [
        RecordedRequest("GET", "/thrivecart/transactions", {"page": "2"}, 200, "acme_thrivecart")
    ]


def test_a_request_that_failed_is_recorded_with_the_account_that_asked(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults = Faults(server_error_every=1)
    client.thrivecart("/ping")
    assert (sandbox.requests[0].status, sandbox.requests[0].connection_id) == (500, "acme_thrivecart")


def test_requests_are_recorded_with_the_moment_at_which_they_came(sandbox: Sandbox, client: Client) -> None:
    moments = [time.monotonic()]
    for _ in range(2):
        client.thrivecart("/ping")
        moments.append(time.monotonic())
    first, second = (request.asked_at for request in sandbox.requests)
    assert moments[0] <= first <= moments[1] <= second <= moments[2]


@pytest.mark.parametrize(
    ("moments", "most"),
    [
        ([], 0),
        ([0, 59.9], 2),
        ([0, 60], 1),
        ([0, 30, 59, 61, 89, 90], 4),  # those of the minutes that end at 89 and at 90
    ],
)
def test_the_busiest_minute_is_the_most_requests_in_any_60_seconds(
    sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch, moments: list[float], most: int
) -> None:
    for moment in moments:
        monkeypatch.setattr(time, "monotonic", lambda moment=moment: 1000.0 + moment)
        client.thrivecart("/ping")
        client.kit("/tags")
    assert sandbox.busiest_minute("acme_thrivecart") == most


def test_refused_requests_count_for_the_busiest_minute(folder: Path) -> None:
    with Sandbox(folder, requests_per_minute=1) as sandbox:
        statuses(Client(sandbox), 3)
        assert sandbox.busiest_minute("acme_thrivecart") == 3


def test_a_recorded_request_holds_no_token(sandbox: Sandbox, client: Client) -> None:
    client.insights("ad", access_token="sandbox-acme_meta")
    assert "access_token" not in sandbox.requests[0].params


def test_a_path_of_no_vendor_is_not_found(sandbox: Sandbox, client: Client) -> None:
    assert client.session.get(f"{sandbox.base_url}/mailgun/contacts").status_code == 404


def test_a_connection_stays_open_for_many_requests(sandbox: Sandbox) -> None:
    connection = HTTPConnection(sandbox.base_url.removeprefix("http://"))
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/thrivecart/ping")
        connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()
    assert (len(sockets), None in sockets) == (1, False)


def test_an_ended_sandbox_answers_no_more_on_open_connections(folder: Path) -> None:
    with Sandbox(folder) as sandbox:
        client = Client(sandbox)
        client.thrivecart("/ping")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.thrivecart("/ping")


def test_a_sandbox_forgets_what_changed(folder: Path) -> None:
    with Sandbox(folder) as sandbox:
        sandbox.insert_transactions("acme_thrivecart", [transaction(50)])
    with Sandbox(folder) as sandbox:
        assert Client(sandbox).thrivecart("/transactions").json()["meta"]["total"] == 5


def test_a_folder_without_business_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no business"):
        Sandbox(tmp_path)


SERVE = """
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
import sandbox
from sandbox.serving import Faults, serve
sandbox.write_configuration = lambda folder, base_url: (folder / "base_url.txt").write_text(base_url)
serve(Path(sys.argv[1]), int(sys.argv[2]), 60, Faults())
"""


@contextmanager
def serving(folder: Path, port: str = "0") -> Iterator[subprocess.Popen[str]]:
    """Start the command in a process of its own, which ends with the test."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), port],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        yield process
        process.kill()


def test_the_command_tells_where_the_configuration_lies(folder: Path) -> None:
    with serving(folder) as process:
        assert [process.stdout.readline().partition(":")[2].strip() for _ in range(3)][1:] == [
            str(folder / "config"),
            str(folder / "secrets.env"),
        ]


def test_the_command_answers_at_the_address_it_configures(folder: Path) -> None:
    with serving(folder) as process:
        process.stdout.readline()
        base_url = (folder / "base_url.txt").read_text()
        assert requests.get(f"{base_url}/thrivecart/ping", timeout=60).status_code == 401


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_cleanly_when_it_is_told_to(folder: Path, number: signal.Signals) -> None:
    with serving(folder) as process:
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait(10) == 0


def test_the_command_says_so_when_the_port_is_taken(sandbox: Sandbox, folder: Path) -> None:
    port = sandbox.base_url.rpartition(":")[2]
    with serving(folder, port) as process:
        assert process.communicate(timeout=10)[1].strip() == (
            f"port {port} cannot be used (Address already in use); choose another with --port"
        )
