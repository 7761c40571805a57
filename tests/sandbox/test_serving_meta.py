"""Meta's manners, over a tiny business."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.serving import Sandbox
from tests.sandbox.serving_folder import META, META_KEY, Client, ad_row, day, write_folder


def days(since: str, until: str) -> str:
    return json.dumps({"since": since, "until": until})


def spends(response: requests.Response) -> list[str]:
    return [row["spend"] for row in response.json()["data"]]


def error_of(response: requests.Response) -> tuple[int, int]:
    return response.status_code, response.json()["error"]["code"]


def test_a_wrong_token_is_refused_with_status_400(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}/meta/v26.0/act_42/insights"
    assert error_of(requests.get(url, params={"access_token": "nonsense"}, timeout=60)) == (400, 190)


def test_the_token_may_stand_in_the_address(sandbox: Sandbox) -> None:
    params = {"access_token": "sandbox-acme_meta", "time_increment": "1", "time_range": days(day(2), day(0))}
    response = requests.get(f"{sandbox.base_url}/meta/v26.0/act_42/insights", params=params, timeout=60)
    assert response.status_code == 200


def test_a_token_does_not_open_another_account(sandbox: Sandbox) -> None:
    response = requests.get(f"{sandbox.base_url}/meta/v26.0/act_43/insights", headers=META_KEY, timeout=60)
    assert error_of(response) == (400, 100)


def test_an_unknown_path_is_refused(sandbox: Sandbox) -> None:
    response = requests.get(f"{sandbox.base_url}/meta/v26.0/act_42/pixels", headers=META_KEY, timeout=60)
    assert error_of(response) == (400, 2500)


def test_a_wrong_verb_is_refused(sandbox: Sandbox) -> None:
    response = requests.delete(f"{sandbox.base_url}/meta/v26.0/act_42/insights", headers=META_KEY, timeout=60)
    assert error_of(response) == (400, 100)


def test_only_the_fields_that_were_asked_for_are_sent(client: Client) -> None:
    rows = client.insights("ad", "ad_id,spend,actions").json()["data"]
    assert rows[:2] == [
        {
            "ad_id": "701",
            "spend": "10.00",
            "actions": [{"action_type": "lead", "value": "2"}],
            "date_start": day(2),
            "date_stop": day(2),
        },
        {"ad_id": "702", "spend": "5.50", "date_start": day(2), "date_stop": day(2)},
    ]


def test_the_account_has_rows_of_its_own(client: Client) -> None:
    assert spends(client.insights("account", "spend")) == ["17.00", "20.25"]


def test_only_the_days_asked_for_are_sent(client: Client) -> None:
    assert spends(client.insights("ad", time_range=days(day(1), day(1)))) == ["20.25"]


@pytest.mark.parametrize(
    "params",
    [
        {"fields": "ad_id,colour"},
        {"level": "campaign"},
        {"time_increment": "all_days"},
        {"time_range": "yesterday"},
        {"time_range": days(day(1), day(2))},
        {"limit": "many"},
        {"after": "nonsense"},
    ],
)
def test_a_parameter_out_of_place_is_refused(client: Client, params: dict[str, Any]) -> None:
    asked = {"level": "ad", "fields": "spend"} | params
    assert error_of(client.insights(**asked)) == (400, 100)


def test_days_more_than_37_months_ago_are_refused(client: Client) -> None:
    assert error_of(client.insights("ad", time_range=days(day(1160), day(1150)))) == (400, 3018)


def test_more_than_31_days_are_too_much(client: Client) -> None:
    error = client.insights("ad", time_range=days(day(31), day(0))).json()["error"]
    assert (error["code"], error["message"]) == (
        1,
        "Please reduce the amount of data you're asking for, then retry your request",
    )


def test_31_days_are_not_too_much(client: Client) -> None:
    assert client.insights("ad", time_range=days(day(30), day(0))).status_code == 200


def test_more_than_5000_rows_are_too_much(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    rows = [ad_row(str(number), day(1), "1.00") for number in range(5001)]
    (folder / "meta" / "acme_meta.json").write_text(json.dumps(META | {"ad_rows": rows}))
    with Sandbox(folder) as sandbox:
        assert error_of(Client(sandbox).insights("ad")) == (400, 1)


def test_a_page_holds_25_rows_by_default(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    rows = [ad_row(str(number), day(1), "1.00") for number in range(30)]
    (folder / "meta" / "acme_meta.json").write_text(json.dumps(META | {"ad_rows": rows}))
    with Sandbox(folder) as sandbox:
        assert len(Client(sandbox).insights("ad").json()["data"]) == 25


def test_the_next_page_begins_after_the_cursor(client: Client) -> None:
    cursor = client.insights("ad", limit=2).json()["paging"]["cursors"]["after"]
    assert spends(client.insights("ad", limit=2, after=cursor)) == ["20.25"]


def test_the_previous_page_ends_before_the_cursor(client: Client) -> None:
    after = client.insights("ad", limit=2).json()["paging"]["cursors"]["after"]
    before = client.insights("ad", limit=2, after=after).json()["paging"]["cursors"]["before"]
    assert spends(client.insights("ad", limit=3, before=before)) == ["10.00", "5.50"]


def test_the_address_of_the_next_page_holds_the_token(client: Client) -> None:
    following = client.insights("ad", limit=2).json()["paging"]["next"]
    assert spends(requests.get(following, timeout=60)) == ["20.25"]


def test_the_last_page_has_cursors_but_no_next(client: Client) -> None:
    paging = client.insights("ad").json()["paging"]
    assert (sorted(paging["cursors"]), "next" in paging) == (["after", "before"], False)


def test_days_without_delivery_give_no_rows(client: Client) -> None:
    assert client.insights("ad", time_range=days(day(20), day(10))).json()["data"] == []


def test_restated_spend_moves_the_ad(sandbox: Sandbox, client: Client) -> None:
    sandbox.restate_spend("acme_meta", day(2), "702", Decimal("8.75"))
    assert spends(client.insights("ad")) == ["10.00", "8.75", "20.25"]


def test_restated_spend_moves_the_account_by_the_difference(sandbox: Sandbox, client: Client) -> None:
    sandbox.restate_spend("acme_meta", day(2), "702", Decimal("8.75"))
    # 17.00 - 5.50 + 8.75
    assert spends(client.insights("account")) == ["20.25", "20.25"]


def test_a_removed_ad_is_gone_from_its_day(sandbox: Sandbox, client: Client) -> None:
    sandbox.remove_ad_day("acme_meta", "701", day(2))
    assert spends(client.insights("ad")) == ["5.50", "20.25"]


def test_a_removed_ad_leaves_the_account_as_it_was(sandbox: Sandbox, client: Client) -> None:
    sandbox.remove_ad_day("acme_meta", "701", day(2))
    assert spends(client.insights("account")) == ["17.00", "20.25"]


def test_a_day_without_the_ad_cannot_be_restated(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="ad 702 has no row"):
        sandbox.restate_spend("acme_meta", day(1), "702", Decimal("1.00"))


def test_a_report_is_completed_before_it_is_whole(sandbox: Sandbox, client: Client) -> None:
    url = f"{sandbox.base_url}/meta/v26.0"
    asked = {"level": "ad", "fields": "ad_id", "time_increment": 1, "time_range": days(day(2), day(0))}
    report_id = client.session.post(f"{url}/act_42/insights", json=asked, headers=META_KEY).json()["report_run_id"]
    looks = [client.session.get(f"{url}/{report_id}", headers=META_KEY).json() for _ in range(5)]
    assert [(look["async_status"], look["async_percent_completion"]) for look in looks[2:]] == [
        ("Job Running", 40),
        ("Job Completed", 99),
        ("Job Completed", 100),
    ]
    rows = client.session.get(f"{url}/{report_id}/insights", headers=META_KEY).json()["data"]
    assert [row["ad_id"] for row in rows] == ["701", "702", "701"]


def test_a_report_of_another_token_is_refused(sandbox: Sandbox) -> None:
    response = requests.get(f"{sandbox.base_url}/meta/v26.0/60420001", headers=META_KEY, timeout=60)
    assert error_of(response) == (400, 100)


def test_lists_leave_out_what_is_deleted_unless_it_is_asked_for(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    campaigns = [
        {"id": "71", "status": "ACTIVE", "effective_status": "ACTIVE"},
        {"id": "72", "status": "DELETED", "effective_status": "DELETED"},
    ]
    (folder / "meta" / "acme_meta.json").write_text(json.dumps(META | {"campaigns": campaigns}))
    with Sandbox(folder) as sandbox:
        url = f"{sandbox.base_url}/meta/v26.0/act_42/campaigns"
        shown = [
            [row["id"] for row in requests.get(url, params=params, headers=META_KEY, timeout=60).json()["data"]]
            for params in ({}, {"effective_status": '["ACTIVE","DELETED"]'})
        ]
    assert shown == [["71"], ["71", "72"]]
