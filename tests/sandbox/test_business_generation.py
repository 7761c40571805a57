"""What generation promises: the same again, a past that stays, and true answers that agree with the vendors' rows."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from sandbox import generate, write_configuration
from sandbox.__main__ import main
from tests.sandbox.generated_folder import SMALLEST, START, TODAY, WORKSPACES, ZONES, Folder, Row, generated

LATER = TODAY + timedelta(days=45)
THRIVECART_KEYS = {
    *("api_key", "account", "products", "bumps", "upsells", "downsells", "product_details", "pricing_options"),
    *("broken_pricing_options", "transactions", "customers", "oauth_app", "webhook_secret"),
}
META_CONNECTIONS = ["northwind_meta", "northwind_meta_uk", "lumen_meta"]
SIGNS = {"charge": 1, "rebill": 1, "refund": -1, "cancel": 0}

in_both = pytest.mark.parametrize("workspace", WORKSPACES)
of_each_account = pytest.mark.parametrize("connection_id", META_CONNECTIONS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory, today=LATER)


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def live(folder: Folder, workspace: str) -> list[Row]:
    return [row for row in folder.thrivecart[workspace]["transactions"] if row["mode"] == "live"]


def cash(row: Row) -> int:
    return SIGNS[row["transaction_type"]] * abs(row["amount"])


def local_day(row: Row, workspace: str) -> str:
    return datetime.fromtimestamp(row["timestamp"], ZONES[workspace]).date().isoformat()


def reporting_cents(folder: Folder, workspace: str) -> Iterator[tuple[Row, int]]:
    rates = {rate["rate_date"]: Decimal(rate["rate"]) for rate in folder.business["exchange_rates"]}
    for row in live(folder, workspace):
        rate = rates[local_day(row, workspace)] if row["currency"] == "GBP" else Decimal(1)
        yield row, int((cash(row) * rate).quantize(Decimal(1), ROUND_HALF_UP))


def by_workspace(rows: list[dict[str, str]], workspace: str) -> list[dict[str, str]]:
    return [row for row in rows if row["workspace_id"] == workspace]


def unlisted(folder: Folder, workspace: str) -> set[str]:
    """Give the orders that a webhook tells and the API does not list yet."""
    rows = folder.table("truth/webhook_events.csv")
    return {
        row["order_id"]
        for row in rows
        if row["is_listed"] == "no" and row["connection_id"] == f"{workspace}_thrivecart"
    }


def test_the_same_seed_gives_the_same_bytes(folder: Folder, tmp_path: Path) -> None:
    generate(tmp_path, start=START, today=TODAY, scale=SMALLEST)
    assert files(tmp_path) == files(folder.path)


def test_another_seed_gives_other_sales(folder: Folder, tmp_path: Path) -> None:
    generate(tmp_path, seed=8, start=START, today=TODAY, scale=SMALLEST)
    assert Folder(tmp_path).thrivecart["lumen"]["transactions"] != folder.thrivecart["lumen"]["transactions"]


@in_both
def test_a_later_today_keeps_all_transactions_but_their_present_status(
    folder: Folder, later: Folder, workspace: str
) -> None:
    def past(generated: Folder) -> list[Row]:
        rows = generated.thrivecart[workspace]["transactions"]
        return [{name: value for name, value in row.items() if name != "subscription_current_status"} for row in rows]

    known = past(folder)
    late = unlisted(folder, workspace)
    assert [row for row in past(later) if row["order_id"] not in late][: len(known)] == known


@in_both
def test_what_the_api_did_not_list_yet_it_lists_later(folder: Folder, later: Folder, workspace: str) -> None:
    def listed(generated: Folder) -> set[str]:
        return {row["order_id"] for row in generated.thrivecart[workspace]["transactions"]}

    (order,) = unlisted(folder, workspace)
    assert (order in listed(folder), order in listed(later)) == (False, True)


@in_both
def test_a_later_today_adds_transactions(folder: Folder, later: Folder, workspace: str) -> None:
    assert len(later.thrivecart[workspace]["transactions"]) > len(folder.thrivecart[workspace]["transactions"])


@in_both
def test_a_later_today_keeps_all_subscribers_but_their_present_state(
    folder: Folder, later: Folder, workspace: str
) -> None:
    def past(generated: Folder) -> list[Row]:
        rows = generated.kit[workspace]["subscribers"]
        return [{name: value for name, value in row.items() if name not in ("state", "canceled_at")} for row in rows]

    known = past(folder)
    assert past(later)[: len(known)] == known


@in_both
def test_a_later_today_keeps_all_taggings(folder: Folder, later: Folder, workspace: str) -> None:
    known, then = folder.kit[workspace]["taggings"], later.kit[workspace]["taggings"]
    assert {tag: then[tag][: len(rows)] for tag, rows in known.items()} == known


@of_each_account
@pytest.mark.parametrize("level", ["ad_rows", "account_rows"])
def test_a_later_today_keeps_all_ad_days_that_are_over(
    folder: Folder, later: Folder, connection_id: str, level: str
) -> None:
    def past(generated: Folder) -> list[Row]:
        rows = generated.read("meta", connection_id)[level]
        return [row for row in rows if row["date_start"] < TODAY.isoformat()]

    assert past(later) == past(folder)


def test_a_later_today_keeps_exchange_rates_and_decisions(folder: Folder, later: Folder) -> None:
    known = {name: folder.business[name] for name in ("exchange_rates", "identity_decisions")}
    assert {name: later.business[name][: len(rows)] for name, rows in known.items()} == known


@pytest.mark.parametrize("connection_id", ["northwind_files", "lumen_files"])
def test_a_later_today_only_adds_lines_to_the_dropped_files(folder: Folder, later: Folder, connection_id: str) -> None:
    drops = [files(generated.path / "drop" / connection_id) for generated in (folder, later)]
    assert {name: drops[1][name][: len(content)] for name, content in drops[0].items()} == drops[0]


@in_both
def test_nothing_happens_after_noon_of_today(folder: Folder, workspace: str) -> None:
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    kit = folder.kit[workspace]
    moments = [datetime.fromtimestamp(row["timestamp"], UTC) for row in folder.thrivecart[workspace]["transactions"]]
    moments += [datetime.fromisoformat(row["created_at"]) for row in kit["subscribers"]]
    moments += [datetime.fromisoformat(row["canceled_at"]) for row in kit["subscribers"] if row["canceled_at"]]
    moments += [datetime.fromisoformat(row["tagged_at"]) for rows in kit["taggings"].values() for row in rows]
    attended = folder.table(f"drop/{workspace}_files/contacts_webinar.csv")
    moments += [datetime.fromisoformat(row["created_at"]) for row in attended]
    assert max(moments) <= noon


@in_both
def test_transactions_are_oldest_first_with_rising_numbers(folder: Folder, workspace: str) -> None:
    rows = folder.thrivecart[workspace]["transactions"]
    keys = [(row["timestamp"], int(row["event_id"])) for row in rows]
    assert keys == sorted(keys)


@in_both
def test_no_two_rows_have_the_same_event_and_item(folder: Folder, workspace: str) -> None:
    rows = folder.thrivecart[workspace]["transactions"]
    assert len({(row["event_id"], row["item_type"], row["item_id"]) for row in rows}) == len(rows)


@in_both
def test_all_rows_of_a_subscription_show_one_status(folder: Folder, workspace: str) -> None:
    shown = {
        (row["internal_subscription_id"], row["subscription_current_status"])
        for row in live(folder, workspace)
        if "internal_subscription_id" in row
    }
    assert len(shown) == len({number for number, _ in shown})


@in_both
def test_the_thrivecart_file_has_its_parts(folder: Folder, workspace: str) -> None:
    assert set(folder.thrivecart[workspace]) == THRIVECART_KEYS


@in_both
def test_every_sold_option_is_in_the_catalogue_or_its_prices_are_broken(folder: Folder, workspace: str) -> None:
    content = folder.thrivecart[workspace]
    offered = {(path, str(option["id"])) for path, options in content["pricing_options"].items() for option in options}
    sold = {
        (f"{row['item_type']}s/{row['item_id']}", str(row["item_pricing_option_id"])) for row in content["transactions"]
    }
    assert {path for path, _ in sold - offered} == set(content["broken_pricing_options"])


@in_both
def test_a_customer_answer_has_the_subscriptions_of_the_rows(folder: Folder, workspace: str) -> None:
    content = folder.thrivecart[workspace]
    answered = {
        (email, subscription["subscription_id"], subscription["status"])
        for email, answer in content["customers"].items()
        for subscription in answer["subscriptions"]
    }
    listed = {
        (
            row["customer"]["email"].strip().lower(),
            str(row["internal_subscription_id"]),
            row["subscription_current_status"],
        )
        for row in live(folder, workspace)
        if "internal_subscription_id" in row
    }
    assert answered == listed


@in_both
def test_lifetime_values_of_the_customers_are_the_cash_of_the_rows(folder: Folder, workspace: str) -> None:
    told = sum(sum(answer["lifetime_value"].values()) for answer in folder.thrivecart[workspace]["customers"].values())
    assert told == sum(cash(row) for row in live(folder, workspace))


@in_both
def test_taggings_are_of_subscribers(folder: Folder, workspace: str) -> None:
    kit = folder.kit[workspace]
    ids = {row["id"] for row in kit["subscribers"]}
    assert {row["subscriber_id"] for rows in kit["taggings"].values() for row in rows} <= ids


@in_both
def test_paid_contacts_carry_the_ad_the_campaign_or_nothing(folder: Folder, workspace: str) -> None:
    kept = Counter(
        "nothing" if row["attribution"] is None else "ad" if row["attribution"]["utm_content"] else "less"
        for row in folder.kit[workspace]["subscribers"]
    )
    assert set(kept) == {"nothing", "ad", "less"}


@of_each_account
def test_every_number_of_meta_is_text(folder: Folder, connection_id: str) -> None:
    rows = folder.read("meta", connection_id)["ad_rows"]
    assert {type(row[name]) for row in rows for name in ("spend", "impressions", "clicks", "reach")} == {str}


@of_each_account
def test_account_and_ad_rows_cover_the_same_days(folder: Folder, connection_id: str) -> None:
    content = folder.read("meta", connection_id)
    days = [{row["date_start"] for row in content[level]} for level in ("ad_rows", "account_rows")]
    assert days[0] == days[1]


def test_true_totals_are_the_cash_of_the_rows(folder: Folder) -> None:
    expected = set()
    for workspace in WORKSPACES:
        rows = live(folder, workspace)
        for currency in {row["currency"] for row in rows}:
            amounts = [cash(row) for row in rows if row["currency"] == currency]
            revenue, refunds = sum(c for c in amounts if c > 0), sum(c for c in amounts if c < 0)
            expected.add((workspace, currency, str(revenue), str(refunds), str(len(amounts))))
    assert {tuple(row.values()) for row in folder.table("truth/totals.csv")} == expected


@in_both
def test_true_days_are_the_local_days_of_the_rows(folder: Folder, workspace: str) -> None:
    expected: Counter[str] = Counter()
    for row in live(folder, workspace):
        expected[local_day(row, workspace)] += cash(row)
    told: Counter[str] = Counter()
    for row in by_workspace(folder.table("truth/revenue_by_day.csv"), workspace):
        told[row["day"]] += int(row["revenue_cents"]) + int(row["refund_cents"])
    assert {day: cents for day, cents in told.items() if cents} == {
        day: cents for day, cents in expected.items() if cents
    }


@in_both
def test_true_reporting_money_is_converted_row_by_row(folder: Folder, workspace: str) -> None:
    told = by_workspace(folder.table("truth/revenue_by_day.csv"), workspace)
    net = sum(int(row["reporting_revenue_cents"]) + int(row["reporting_refund_cents"]) for row in told)
    assert net == sum(cents for _, cents in reporting_cents(folder, workspace))


@in_both
def test_matched_and_unmatched_money_is_all_money(folder: Folder, workspace: str) -> None:
    (row,) = by_workspace(folder.table("truth/matched_totals.csv"), workspace)
    matched, unmatched = int(row["matched_reporting_cents"]), int(row["unmatched_reporting_cents"])
    assert matched + unmatched == sum(cents for _, cents in reporting_cents(folder, workspace))


@in_both
def test_money_of_the_people_is_all_money(folder: Folder, workspace: str) -> None:
    told = by_workspace(folder.table("truth/people.csv"), workspace)
    assert sum(int(row["revenue_cents_reporting"]) for row in told) == sum(
        cents for _, cents in reporting_cents(folder, workspace)
    )


@in_both
def test_money_of_everybody_who_was_won_is_all_money(folder: Folder, workspace: str) -> None:
    told = by_workspace(folder.table("truth/leads.csv"), workspace)
    assert sum(int(row["net_reporting_cents"]) for row in told) == sum(
        cents for _, cents in reporting_cents(folder, workspace)
    )


@in_both
def test_money_of_the_leads_is_all_matched_money(folder: Folder, workspace: str) -> None:
    told = by_workspace(folder.table("truth/leads.csv"), workspace)
    (row,) = by_workspace(folder.table("truth/matched_totals.csv"), workspace)
    assert sum(int(row["lead_net_reporting_cents"]) for row in told) == int(row["matched_reporting_cents"])


@pytest.mark.parametrize(
    ("workspace", "email", "expected"),
    [
        ("northwind", "quarterly@example.com", 3452),  # 10500 x 30 / 91.25 = 3452.05
        ("northwind", "yearly@example.com", 3205),  # 39000 x 30 / 365 = 3205.48
        ("northwind", "weekly@example.com", 5143),  # 1200 x 30 / 7 = 5142.86
        ("lumen", "quarterly@example.com", 3156),  # 9600 x 30 / 91.25 = 3156.16
        ("lumen", "paused@example.com", 3500),
        ("lumen", "price.raised@example.com", 4900),
        ("lumen", "cancelled@example.com", 0),
        ("lumen", "plan.of.3@example.com", 0),
    ],
)
def test_true_subscriptions_are_worth_their_price_for_thirty_days(
    folder: Folder, workspace: str, email: str, expected: int
) -> None:
    rows = by_workspace(folder.table("truth/subscriptions.csv"), workspace)
    assert [int(row["mrr_thirty_day_cents"]) for row in rows if row["email"] == email] == [expected]


@of_each_account
def test_true_spend_is_what_the_account_shows(folder: Folder, connection_id: str) -> None:
    shown = sum(Decimal(row["spend"]) for row in folder.read("meta", connection_id)["account_rows"])
    told = [row for row in folder.table("truth/spend_by_day.csv") if row["connection_id"] == connection_id]
    assert sum(int(row["spend_cents"]) for row in told) == shown * 100


@of_each_account
def test_true_spend_of_the_campaigns_adds_up_to_the_days(folder: Folder, connection_id: str) -> None:
    sums = [
        sum(
            int(row["spend_cents"])
            for row in folder.table(f"truth/{name}.csv")
            if row["connection_id"] == connection_id
        )
        for name in ("spend_by_campaign", "spend_by_day")
    ]
    assert sums[0] == sums[1]


@in_both
def test_true_first_touches_are_what_kit_the_checkouts_and_meta_say(folder: Folder, workspace: str) -> None:
    """Which addresses are one person's is taken from the truth; what brought them is read from the rows."""
    ads, names = {}, {}
    for connection_id in META_CONNECTIONS:
        if connection_id.startswith(workspace):
            for row in folder.read("meta", connection_id)["ad_rows"]:
                ads[row["ad_id"]] = names[row["campaign_name"]] = row["campaign_id"]
    for file in (folder.path / "drop" / f"{workspace}_files").glob("ad_spend_*.csv"):
        for row in folder.table(str(file.relative_to(folder.path))):
            names[row["utm_campaign"]] = row["campaign_name"]
    touches: dict[str, list[tuple[datetime, Row]]] = {}
    for row in folder.kit[workspace]["subscribers"]:
        kept = row["attribution"] or {}
        touches.setdefault(row["email_address"].lower(), []).append((datetime.fromisoformat(row["created_at"]), kept))
    for row in folder.table(f"drop/{workspace}_files/contacts_webinar.csv"):
        touches.setdefault(row["email"].lower(), []).append((datetime.fromisoformat(row["created_at"]), row))
    for body in (delivery["body"] for delivery in folder.deliveries[workspace]):
        if body["event"] in ("order.success", "order_created") and body["mode"] == "live":
            # An affiliate is evidence that names no campaign.
            link = body.get("passthrough") or ({"referrer": "an affiliate"} if body["affiliate"] != "null" else {})
            placed_at = datetime.fromtimestamp(int(body.get("date_unix") or body["order_timestamp"]), UTC)
            touches.setdefault(body["customer"]["email"].strip().lower(), []).append((placed_at, link))
    people = by_workspace(folder.table("truth/people.csv"), workspace)
    person_of = {row["email"]: row["person_email"] for row in people}
    touches_of: dict[str, list[tuple[datetime, Row]]] = {}
    for email, known in touches.items():
        touches_of.setdefault(person_of[email], []).extend(known)
    money: Counter[str] = Counter()
    started: dict[str, datetime] = {}
    for row, cents in reporting_cents(folder, workspace):
        began = started.setdefault(row["order_id"], datetime.fromtimestamp(row["timestamp"], UTC))
        email = row["customer"]["email"].strip().lower()
        evidence = [
            (at, kept)
            for at, kept in sorted(touches_of.get(person_of[email], []), key=lambda pair: pair[0])
            if at <= began and any(kept.get(name) for name in ("referrer", "utm_source", "utm_campaign"))
        ]
        if evidence:
            first = evidence[0][1]
            campaign = ads.get(first.get("utm_content", "")) or names.get(first.get("utm_campaign", ""))
            if campaign:
                money[campaign] += cents
    told = by_workspace(folder.table("truth/first_touch_campaigns.csv"), workspace)
    assert {
        row["campaign_id"]: int(row["net_reporting_cents"]) for row in told if row["net_reporting_cents"] != "0"
    } == {campaign: cents for campaign, cents in money.items() if cents}


def test_a_span_of_one_day_can_be_generated(tmp_path: Path) -> None:
    generate(tmp_path, start=TODAY, today=TODAY, scale=1.0)
    assert json.loads((tmp_path / "business.json").read_text())["start"] == TODAY.isoformat()


def test_without_today_nothing_lies_in_the_future_of_the_machine(tmp_path: Path) -> None:
    generate(tmp_path, start=datetime.now(UTC).date() - timedelta(days=20), scale=SMALLEST)
    newest = max(row["timestamp"] for row in Folder(tmp_path).thrivecart["lumen"]["transactions"])
    assert newest <= datetime.now(UTC).timestamp()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [({"start": TODAY + timedelta(days=1)}, "start 2026-11-21 lies after today"), ({"scale": -1.0}, "scale -1.0")],
)
def test_arguments_without_sense_are_refused(tmp_path: Path, arguments: Row, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        generate(tmp_path, today=TODAY, **arguments)


def test_files_of_an_earlier_generation_do_not_stay_in_the_drop_folder(tmp_path: Path) -> None:
    generate(tmp_path, start=date(2024, 12, 1), today=date(2025, 1, 20), scale=0)
    generate(tmp_path, start=date(2025, 1, 5), today=date(2025, 1, 20), scale=0)
    assert not (tmp_path / "drop" / "northwind_files" / "ad_spend_podcast_2024.csv").exists()


def test_the_configuration_names_the_address_of_each_connection(folder: Folder) -> None:
    write_configuration(folder.path, "http://127.0.0.1:8753/")
    addresses = {row["connection_id"]: row["base_url"] for row in folder.table("config/connections.csv")}
    assert addresses == {
        "northwind_thrivecart": "http://127.0.0.1:8753/thrivecart",
        "northwind_kit": "http://127.0.0.1:8753/kit",
        "northwind_meta": "http://127.0.0.1:8753/meta",
        "northwind_meta_uk": "http://127.0.0.1:8753/meta",
        "northwind_files": str(folder.path.resolve() / "drop" / "northwind_files"),
        "lumen_thrivecart": "http://127.0.0.1:8753/thrivecart",
        "lumen_kit": "http://127.0.0.1:8753/kit",
        "lumen_meta": "http://127.0.0.1:8753/meta",
        "lumen_files": str(folder.path.resolve() / "drop" / "lumen_files"),
    }


def test_there_is_a_secret_for_each_connection_that_asks_for_one(folder: Folder) -> None:
    write_configuration(folder.path, "http://127.0.0.1:8753")
    assert (folder.path / "secrets.env").read_text().splitlines() == [
        "CONNECTIONS__NORTHWIND_THRIVECART__API_KEY=sandbox-northwind_thrivecart",
        "CONNECTIONS__NORTHWIND_THRIVECART__CLIENT_ID=sandbox-app-northwind_thrivecart",
        "CONNECTIONS__NORTHWIND_THRIVECART__CLIENT_SECRET=sandbox-app-secret-northwind_thrivecart",
        "CONNECTIONS__NORTHWIND_THRIVECART__WEBHOOK_SECRET=sandbox-word-northwind_thrivecart",
        "CONNECTIONS__NORTHWIND_KIT__API_KEY=sandbox-northwind_kit",
        "CONNECTIONS__NORTHWIND_META__ACCESS_TOKEN=sandbox-northwind_meta",
        "CONNECTIONS__NORTHWIND_META_UK__ACCESS_TOKEN=sandbox-northwind_meta_uk",
        "CONNECTIONS__LUMEN_THRIVECART__API_KEY=sandbox-lumen_thrivecart",
        "CONNECTIONS__LUMEN_THRIVECART__CLIENT_ID=sandbox-app-lumen_thrivecart",
        "CONNECTIONS__LUMEN_THRIVECART__CLIENT_SECRET=sandbox-app-secret-lumen_thrivecart",
        "CONNECTIONS__LUMEN_THRIVECART__WEBHOOK_SECRET=sandbox-word-lumen_thrivecart",
        "CONNECTIONS__LUMEN_KIT__API_KEY=sandbox-lumen_kit",
        "CONNECTIONS__LUMEN_META__ACCESS_TOKEN=sandbox-lumen_meta",
    ]


@in_both
def test_the_secrets_are_those_that_the_accounts_ask_for(folder: Folder, workspace: str) -> None:
    write_configuration(folder.path, "http://127.0.0.1:8753")
    written = (folder.path / "secrets.env").read_text()
    content = folder.thrivecart[workspace]
    app = content["oauth_app"]
    asked_for = (content["api_key"], app["client_id"], app["client_secret"], content["webhook_secret"])
    assert [f"={secret}\n" in written for secret in asked_for] == [True] * 4


def test_there_is_a_rate_for_every_day(folder: Folder) -> None:
    days = (TODAY - START).days + 1
    rates = [rate["rate_date"] for rate in folder.business["exchange_rates"]]
    assert rates == [(START + timedelta(days=offset)).isoformat() for offset in range(days)]


def test_the_command_line_generates_what_its_arguments_say(tmp_path: Path) -> None:
    main(["generate", "--folder", str(tmp_path), "--seed", "3", "--start", "2026-01-01", "--today", "2026-01-05"])
    business = json.loads((tmp_path / "business.json").read_text())
    assert (business["seed"], business["start"], business["today"]) == (3, "2026-01-01", "2026-01-05")


def test_the_command_line_refuses_faults_that_do_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "faults.json").write_text('{"explode_every": 3}')
    with pytest.raises(SystemExit):
        main(["serve", "--folder", str(tmp_path), "--faults", str(tmp_path / "faults.json")])
    assert "explode_every" in capsys.readouterr().err
