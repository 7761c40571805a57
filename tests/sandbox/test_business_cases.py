"""The named cast: each case that a report may get wrong happens in both businesses, at the smallest scale."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sandbox.generated_folder import START, TODAY, WORKSPACES, ZONES, Folder, Row, generated


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory)


def kinds(rows: list[Row]) -> list[str]:
    return [row["transaction_type"] for row in rows]


in_both = pytest.mark.parametrize("workspace", WORKSPACES)


@in_both
def test_a_bump_shares_event_and_order_with_its_product(folder: Folder, workspace: str) -> None:
    product, bump = folder.rows(workspace, "bump@example.com")
    assert (bump["item_type"], bump["event_id"], bump["order_id"]) == ("bump", product["event_id"], product["order_id"])


@in_both
@pytest.mark.parametrize("offer", ["upsell", "downsell"])
def test_an_offer_after_the_checkout_has_its_own_event_in_the_same_order(
    folder: Folder, workspace: str, offer: str
) -> None:
    rows = folder.rows(workspace, f"{offer}@example.com")
    assert (rows[-1]["item_type"], rows[-1]["event_id"] != rows[0]["event_id"], rows[-1]["order_id"]) == (
        offer,
        True,
        rows[0]["order_id"],
    )


@in_both
@pytest.mark.parametrize(("email", "days"), [("weekly", 7), ("monthly", 31), ("quarterly", 92), ("yearly", 365)])
def test_a_subscription_is_billed_at_its_interval(folder: Folder, workspace: str, email: str, days: int) -> None:
    charge, rebill, *_ = folder.rows(workspace, f"{email}@example.com")
    between = datetime.fromtimestamp(rebill["timestamp"], UTC) - datetime.fromtimestamp(charge["timestamp"], UTC)
    assert (rebill["transaction_type"], between.days) == ("rebill", days)


@in_both
def test_rebills_keep_the_order_and_subscription_of_the_first_charge(folder: Folder, workspace: str) -> None:
    rows = folder.rows(workspace, "monthly@example.com")
    assert {(row["order_id"], row["internal_subscription_id"]) for row in rows} == {
        (rows[0]["order_id"], rows[0]["internal_subscription_id"])
    }


@in_both
def test_a_plan_ends_after_its_payments_and_shows_completed_on_all_rows(folder: Folder, workspace: str) -> None:
    rows = folder.rows(workspace, "plan.of.3@example.com")
    assert [(row["transaction_type"], row["subscription_current_status"]) for row in rows] == [
        ("charge", "completed"),
        ("rebill", "completed"),
        ("rebill", "completed"),
    ]


@in_both
def test_a_trial_costs_one_unit_and_is_charged_in_full_after_fourteen_days(folder: Folder, workspace: str) -> None:
    trial, first = folder.rows(workspace, "trial.converted@example.com")[:2]
    full = {"northwind": 3900, "lumen": 3500}[workspace]
    days = (first["timestamp"] - trial["timestamp"]) // 86400
    assert (trial["amount"], first["amount"], days) == (100, full, 14)


@in_both
def test_somebody_is_in_a_trial_today(folder: Folder, workspace: str) -> None:
    statuses = {
        folder.rows(workspace, f"trial.{day}@example.com")[0]["subscription_current_status"]
        for day in (TODAY - timedelta(days=days) for days in range(1, 14))
        if (day - START).days % 7 == 0
    }
    assert statuses == {"active"}


@in_both
def test_a_pause_leaves_no_row_and_shows_on_all_earlier_ones(folder: Folder, workspace: str) -> None:
    rows = folder.rows(workspace, "paused@example.com")
    assert [(row["transaction_type"], row["subscription_current_status"]) for row in rows] == [
        ("charge", "paused"),
        ("rebill", "paused"),
    ]


@in_both
def test_a_resumed_subscription_is_new_to_the_processor_and_old_to_thrivecart(folder: Folder, workspace: str) -> None:
    rows = folder.rows(workspace, "resumed@example.com")
    numbers = [len({row[name] for row in rows}) for name in ("subscription_id", "internal_subscription_id")]
    assert (kinds(rows)[:4], numbers) == (["charge", "rebill", "charge", "rebill"], [2, 1])


@in_both
def test_one_of_three_subscriptions_is_cancelled(folder: Folder, workspace: str) -> None:
    rows = folder.rows(workspace, "three.subscriptions@example.com")
    statuses = {row["internal_subscription_id"]: row["subscription_current_status"] for row in rows}
    assert sorted(statuses.values()) == ["active", "active", "cancelled"]


@in_both
def test_a_cancel_row_carries_the_plans_amount(folder: Folder, workspace: str) -> None:
    last = folder.rows(workspace, "cancelled@example.com")[-1]
    assert (last["transaction_type"], last["amount"]) == ("cancel", {"northwind": 3900, "lumen": 3500}[workspace])


@pytest.mark.parametrize(("workspace", "amount"), [("northwind", 19700), ("lumen", -17900)])
def test_the_two_accounts_send_refunds_with_different_signs(folder: Folder, workspace: str, amount: int) -> None:
    assert folder.rows(workspace, "refund.full@example.com")[-1]["amount"] == amount


@in_both
@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("refund.full", ["charge", "refund"]),
        ("refund.partial", ["charge", "refund"]),
        ("refund.twice", ["charge", "refund", "refund"]),
        ("refund.rebill.full", ["charge", "rebill", "refund"]),
        ("refund.rebill.partial", ["charge", "rebill", "rebill", "refund"]),
        ("refund.and.cancelled", ["charge", "refund", "cancel"]),
    ],
)
def test_refunds_follow_what_they_refund(folder: Folder, workspace: str, email: str, expected: list[str]) -> None:
    rows = folder.rows(workspace, f"{email}@example.com")
    assert sorted(kinds(rows)[: len(expected)]) == sorted(expected)


@pytest.mark.parametrize(("workspace", "amount"), [("northwind", 7880), ("lumen", 7160)])
def test_a_partial_refund_gives_back_forty_percent(folder: Folder, workspace: str, amount: int) -> None:
    assert abs(folder.rows(workspace, "refund.partial@example.com")[-1]["amount"]) == amount


@pytest.mark.parametrize(("workspace", "amount"), [("northwind", 7200), ("lumen", 9600)])
def test_a_quantity_of_three_costs_three_times_as_much(folder: Folder, workspace: str, amount: int) -> None:
    (row,) = folder.rows(workspace, "quantity@example.com")
    assert (row["quantity"], row["amount"]) == (3, amount)


@pytest.mark.parametrize(("workspace", "amount"), [("northwind", 15760), ("lumen", 14320)])
def test_a_coupon_takes_a_fifth_off(folder: Folder, workspace: str, amount: int) -> None:
    (row,) = folder.rows(workspace, "coupon@example.com")
    assert (row["coupon"], row["amount"]) == ("WELCOME20", amount)


@in_both
def test_a_customer_also_paid_a_large_amount_in_test_mode(folder: Folder, workspace: str) -> None:
    (row,) = folder.rows(workspace, "one.off@example.com", mode="test")
    assert row["amount"] == 8_888_800


@in_both
@pytest.mark.parametrize("email", ["linked.office@example.org", "unlinked@example.org", "never.in.crm@example.com"])
def test_some_pay_from_an_address_that_the_crm_does_not_know(folder: Folder, workspace: str, email: str) -> None:
    known = {row["email_address"] for row in folder.kit[workspace]["subscribers"]}
    assert folder.rows(workspace, email) and email not in known


@in_both
@pytest.mark.parametrize(
    ("email", "how"),
    [
        ("linked.office@example.org", "decision"),
        ("unlinked@example.org", ""),
        ("padded.case@example.com", "exact"),
        ("new.address@example.org", "rule"),
        ("g.maildots@gmail.com", "rule"),
        ("info@harbour-choir.example", ""),
    ],
)
def test_truth_says_how_an_address_is_known(folder: Folder, workspace: str, email: str, how: str) -> None:
    rows = folder.table("truth/people.csv")
    assert [row["how"] for row in rows if (row["workspace_id"], row["email"]) == (workspace, email)] == [how]


@in_both
def test_both_kinds_of_decisions_are_taken(folder: Folder, workspace: str) -> None:
    decisions = folder.business["identity_decisions"]
    of_workspace = [decision["decision"] for decision in decisions if decision["workspace_id"] == workspace]
    assert set(of_workspace) == {"keep_apart", "link"}


@in_both
def test_addresses_are_typed_with_capitals_and_spaces(folder: Folder, workspace: str) -> None:
    written = [row["customer"]["email"] for row in folder.rows(workspace, "padded.case@example.com")]
    assert written == ["  Padded.Case@Example.COM ", "PADDED.CASE@EXAMPLE.COM"]


@in_both
def test_one_customer_number_pays_from_two_addresses(folder: Folder, workspace: str) -> None:
    old = folder.rows(workspace, "changed.address@example.com")[0]["customer"]["id"]
    assert folder.rows(workspace, "new.address@example.org")[0]["customer"]["id"] == old


@in_both
def test_an_order_comes_before_its_contact(folder: Folder, workspace: str) -> None:
    bought = folder.rows(workspace, "order.before.contact@example.com")[0]["timestamp"]
    created = folder.subscriber(workspace, "order.before.contact@example.com")["created_at"]
    assert datetime.fromtimestamp(bought, UTC) < datetime.fromisoformat(created)


@in_both
def test_a_contact_never_buys(folder: Folder, workspace: str) -> None:
    folder.subscriber(workspace, "never.buys@example.com")
    assert folder.rows(workspace, "never.buys@example.com") == []


@in_both
def test_kit_and_the_contacts_file_name_different_campaigns_for_one_person(folder: Folder, workspace: str) -> None:
    in_kit = folder.subscriber(workspace, "two.sources.kit.first@example.com")["attribution"]["utm_campaign"]
    in_file = folder.attended(workspace, "two.sources.kit.first@example.com")["utm_campaign"]
    assert in_kit and in_file and in_kit != in_file


@in_both
def test_an_ad_that_brought_a_contact_is_missing_at_ad_level(folder: Folder, workspace: str) -> None:
    ad_id = folder.subscriber(workspace, "deleted.ad@example.com")["attribution"]["utm_content"]
    assert ad_id not in {row["ad_id"] for row in folder.read("meta", f"{workspace}_meta")["ad_rows"]}


@pytest.mark.parametrize("connection_id", ["northwind_meta", "northwind_meta_uk", "lumen_meta"])
def test_an_account_spent_more_than_its_listed_ads(folder: Folder, connection_id: str) -> None:
    content = folder.read("meta", connection_id)
    spent = {level: sum(float(row["spend"]) for row in content[level]) for level in ("ad_rows", "account_rows")}
    assert spent["account_rows"] > spent["ad_rows"] + 0.01


@in_both
def test_an_ad_spends_without_any_contact(folder: Folder, workspace: str) -> None:
    brought = {(row["attribution"] or {}).get("utm_content") for row in folder.kit[workspace]["subscribers"]}
    silent = {"northwind": "image-compass", "lumen": "image-blank"}[workspace]
    ads = {row["ad_id"] for row in folder.read("meta", f"{workspace}_meta")["ad_rows"] if row["ad_name"] == silent}
    assert len(ads) == 1 and not ads & brought


@pytest.mark.parametrize(
    ("workspace", "clock_change"),
    [
        ("northwind", date(2025, 3, 9)),
        ("northwind", date(2025, 11, 2)),
        ("lumen", date(2025, 3, 30)),
        ("lumen", date(2025, 10, 26)),
    ],
)
def test_sales_stand_on_both_sides_of_midnight_when_clocks_change(
    folder: Folder, workspace: str, clock_change: date
) -> None:
    clocks = [
        f"{datetime.fromtimestamp(row['timestamp'], ZONES[workspace]):%m-%d %H:%M:%S}"
        for which in ("opens", "closes", "passes")
        for row in folder.rows(workspace, f"midnight.{which}.{clock_change}@example.com")
    ]
    next_day = clock_change + timedelta(days=1)
    assert clocks == [
        f"{clock_change:%m-%d} 00:00:20",
        f"{clock_change:%m-%d} 23:59:40",
        f"{next_day:%m-%d} 00:00:20",
    ]


@in_both
def test_sales_stand_on_both_sides_of_midnight_in_utc(folder: Folder, workspace: str) -> None:
    day = START + timedelta(days=50)
    times = [
        folder.rows(workspace, f"midnight.{which}.{day}@example.com")[0]["time"]
        for which in ("utc.closes", "utc.passes")
    ]
    assert times == [f"{day} 23:59:40", f"{day + timedelta(days=1)} 00:00:20"]


@pytest.mark.parametrize(("email", "last"), [("price.raised", 4900), ("price.lowered", 2500)])
@in_both
def test_a_price_changes_during_a_subscription(folder: Folder, workspace: str, email: str, last: int) -> None:
    amounts = [row["amount"] for row in folder.rows(workspace, f"{email}@example.com")]
    first = {"northwind": 3900, "lumen": 3500}[workspace]
    assert (set(amounts[:4]), set(amounts[4:])) == ({first}, {last})


def test_one_product_is_sold_in_pounds(folder: Folder) -> None:
    assert folder.rows("northwind", "pounds@example.com")[0]["currency"] == "GBP"
