"""Forgotten people in what lies beside the warehouse, and in what vendors send again."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import forgetting
from ingestion.connections import ConfigurationError, read_connections, validate_configuration
from ingestion.thrivecart.inbox import Inbox, ReceivedEvent, archive_name
from ingestion.thrivecart.journal import Journal
from ingestion.thrivecart.seeking import Page
from ingestion.tombstones import Forgotten, forgotten_in, remember
from ingestion.warehouse import inbox_folder, unlanded_folder
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import FakeVendor, Request
from tests.ingestion.receiving import SECRET, ReceiverProcess, form

ADA, CHARLES = "Ada@Example.com", "charles@example.com"


@pytest.fixture
def forgotten(project: Project, secrets_file: Path) -> Forgotten:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also([ADA]).not_in(nobody))
    return forgotten_in("acme")


def charge(number: int, email: str) -> dict[str, Any]:
    return {
        "event_id": f"E{number}",
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": "1",
        "amount": 4900,
        "currency": "USD",
        "timestamp": 1700000000 + number,
        "customer": {"id": str(number), "name": "Somebody Else", "email": email},
    }


def event(key: str, email: str) -> ReceivedEvent:
    payload = {"event": "order.success", "order_id": key, "customer": {"id": "7", "email": email, "name": "Some Body"}}
    return ReceivedEvent("2026-03-01T12:00:00+00:00", key, "order.success", "json", payload)


def test_contacts_of_a_crm_and_their_tags_do_not_come_back(
    project: Project, vendor: FakeVendor, forgotten: Forgotten
) -> None:
    def page(key: str, rows: list[dict[str, Any]]) -> Any:
        return lambda _: {key: rows, "pagination": {"has_next_page": False, "end_cursor": None}}

    people = [
        {"id": 1, "email_address": "ada@example.com", "first_name": "Ada", "created_at": "2026-01-01T00:00:00Z"},
        {"id": 2, "email_address": CHARLES, "first_name": "Charles", "created_at": "2026-01-01T00:00:00Z"},
    ]
    vendor.routes["/subscribers"] = page("subscribers", people)
    vendor.routes["/tags"] = page("tags", [{"id": 5, "name": "vip", "created_at": "2026-01-01T00:00:00Z"}])
    vendor.routes["/tags/5/subscribers"] = page(
        "subscribers", [person | {"tagged_at": "2026-01-02T00:00:00Z"} for person in people]
    )
    project.connect("acme_kit", "kit", vendor.url)
    project.load("kit")
    assert project.rows("select id, email_address from raw_kit.subscribers") == [("2", CHARLES)]
    assert project.rows("select subscriber_id from raw_kit.subscriber_tags") == [("2",)]


def test_payments_come_back_without_their_person_and_are_not_asked_about(
    project: Project, vendor: FakeVendor, forgotten: Forgotten
) -> None:
    def transactions(request: Request) -> Any:
        rows = [charge(2, CHARLES), charge(1, ADA)] if request.headers.get("X-TC-Mode") == "live" else []
        rows = rows if request.query["page"] == "1" else []
        return {"transactions": [row | {"subscription_id": row["event_id"]} for row in rows], "meta": {"total": 2}}

    asked: list[str] = []
    vendor.routes["/transactions"] = transactions
    vendor.routes["/customer"] = lambda request: asked.append(request.body["email"]) or {"customer": {}}
    project.connect("acme_shop", "thrivecart", vendor.url)
    project.load("thrivecart", "transactions", "customers")
    assert project.rows(
        "select event_id, amount, customer ->> '$.id', customer ->> '$.email', customer ->> '$.name' "
        "from raw_thrivecart.transactions order by 1"
    ) == [("E1", 4900, "1", None, None), ("E2", 4900, "2", CHARLES, "Somebody Else")]
    assert asked == [CHARLES]


def test_rows_of_a_dropped_file_stay_out_and_the_file_stays_as_it_is(
    project: Project, tmp_path: Path, forgotten: Forgotten
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    text = f"email,created_at\nada@example.com,2026-03-01T18:00:00Z\n{CHARLES},2026-03-01T18:00:00Z\n"
    (folder / "contacts.csv").write_text(text)
    project.connect("acme_files", "files", str(folder))
    project.load("files")
    assert project.rows("select email from raw_files.contacts") == [(CHARLES,)]
    assert (folder / "contacts.csv").read_text() == text
    assert forgetting.files_of_the_user(read_connections(), forgotten) == [str(folder / "contacts.csv")]
    assert "ada" not in project.report.lower()


def test_a_receiver_that_runs_already_strips_what_is_delivered(
    project: Project, secrets_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.connect("acme_shop", "thrivecart")
    monkeypatch.setenv("CONNECTIONS__ACME_SHOP__WEBHOOK_SECRET", SECRET)
    receiver = ReceiverProcess(tmp_path / "receiver.log")
    try:
        nobody = forgotten_in("acme", makes_key=True)
        remember("acme", nobody.and_also([ADA]).not_in(nobody))
        body = {
            "thrivecart_secret": SECRET,
            "event": "order.success",
            "order_id": "1001",
            "order_timestamp": "1700000000",
            "customer[email]": "ADA@example.com",
            "customer[name]": "Ada Lovelace",
            "customer[id]": "7",
        }
        assert receiver.ask("POST", "/thrivecart/acme_shop", form(body)) == 200
    finally:
        receiver.close()
    (file,) = Inbox(inbox_folder("acme_shop")).waiting()
    assert json.loads(file.read_text())["payload"] == {
        "event": "order.success",
        "order_id": "1001",
        "order_timestamp": "1700000000",
        "customer": {"id": "7"},
    }


def test_an_inbox_and_its_archive_are_stripped_in_place(project: Project, forgotten: Forgotten) -> None:
    project.connect("acme_shop", "thrivecart")
    inbox = Inbox(inbox_folder("acme_shop"))
    inbox.make()
    for key, email in (("1", ADA), ("2", CHARLES)):
        inbox.store(event(key, email))
    inbox.archive(inbox.waiting(), archive_name())
    inbox.store(event("3", ADA))
    (inbox_folder("acme_shop") / "arriving" / "half").write_text('{"payload": {"email": "ada@example.com')
    assert forgetting.are_waiting(read_connections(), forgotten)
    assert forgetting.erase_received_webhooks(read_connections(), forgotten) == 2
    assert forgetting.erase_received_webhooks(read_connections(), forgotten) == 0
    kept = {
        read["event_key"]: read["payload"]["customer"]
        for read in inbox.read([*inbox.archived_after(""), *inbox.waiting()])
    }
    assert kept == {"1": {"id": "7"}, "2": event("2", CHARLES).payload["customer"], "3": {"id": "7"}}
    assert not forgetting.are_waiting(read_connections(), forgotten)
    assert list((inbox_folder("acme_shop") / "arriving").iterdir()) == []


def test_what_was_received_before_is_archived_without_them(project: Project, forgotten: Forgotten) -> None:
    inbox = Inbox(inbox_folder("acme_shop"), forgotten)
    inbox.make()
    inbox.store(event("1", ADA))
    inbox.archive(inbox.waiting(), archive_name())
    (file,) = inbox.archived_after("")
    assert b"ada" not in gzip.decompress(file.read_bytes()).lower()


def test_pages_that_are_not_landed_are_stripped_and_still_read(project: Project, forgotten: Forgotten) -> None:
    project.connect("acme_shop", "thrivecart")
    journal = Journal(unlanded_folder("acme_shop"))
    journal.begin({"id": "x", "first_day": None})
    page = Page(1, 1, [charge(2, CHARLES), charge(1, ADA)], 2, datetime(2026, 3, 1, tzinfo=UTC))
    journal.keep("live", page)
    assert forgetting.erase_unlanded_pages(read_connections(), forgotten) == 1
    kept = journal.recall("live", 1)
    assert kept is not None
    assert kept.rows == [charge(2, CHARLES), charge(1, ADA) | {"customer": {"id": "1"}}]
    assert journal.description() == {"id": "x", "first_day": None}


def test_decisions_about_them_are_taken_out_and_others_stay_as_written(project: Project, forgotten: Forgotten) -> None:
    header = "workspace_id,email,other_email,decision,decided_at,reason"
    other = f'acme, {CHARLES},c.babbage@example.com,link,2026-01-01,"he said so, twice"'
    elsewhere = f"other,{ADA},x@example.com,link,2026-01-01,"
    project.write("identity_decisions.csv", header, f"acme,{CHARLES},ADA@example.com,keep_apart,,", other, elsewhere)
    assert forgetting.drop_decisions("acme", forgotten) == 1
    assert (project.config / "identity_decisions.csv").read_text().splitlines() == [header, other, elsewhere]


def test_a_decision_that_names_them_again_is_refused_without_their_name(project: Project, forgotten: Forgotten) -> None:
    header = "workspace_id,email,other_email,decision,decided_at,reason"
    project.write("identity_decisions.csv", header, f"acme,{CHARLES},ada@example.com,link,,")
    with pytest.raises(ConfigurationError) as refused:
        validate_configuration()
    assert str(refused.value) == ("identity_decisions.csv, line 2: names somebody who was forgotten; take the line out")


def test_logs_are_blacked_out(tmp_path: Path, forgotten: Forgotten) -> None:
    log = tmp_path / "deep" / "dbt.log"
    log.parent.mkdir()
    log.write_text(f"could not convert 'ada@EXAMPLE.com' to INT; {CHARLES} neither\n")
    assert forgetting.black_out_logs([tmp_path], forgotten) == 1
    assert log.read_text() == f"could not convert '<address>' to INT; {CHARLES} neither\n"


def test_a_workspace_that_is_not_there_is_named_with_those_that_are(project: Project) -> None:
    with pytest.raises(ConfigurationError, match=r"workspace 'acne' is not in workspaces\.csv; it has acme"):
        forgetting.connections_of("acne")
