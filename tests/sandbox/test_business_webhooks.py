"""Webhook deliveries: ThriveCart's names and manners, what only they tell, and that true answers agree with them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import generate
from tests.sandbox.generated_folder import START, TODAY, WORKSPACES, Folder, Row, generated

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
SINCE = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(days=120)
LATER = TODAY + timedelta(days=45)
ARRIVED = NOON - timedelta(hours=8)
"""What happened later may still be on its way."""

FORM_EVENTS = {
    *("order.success", "order.subscription_payment", "order.rebill_failed", "order.subscription_cancelled"),
    *("order.subscription_paused", "order.subscription_resumed", "order.refund", "cart.abandoned", "customer_updated"),
    *("affiliate.commission_earned", "affiliate.commission_payout", "affiliate.commission_refund"),
}
JSON_EVENTS = {
    *("order_created", "order_payment_product", "order_payment_bump", "order_payment_upsell", "order_payment_downsell"),
    *("order_rebill", "order_rebill_failed", "order_rebill_completed", "order_rebill_cancelled"),
    *("order_refund_product", "subscription_paused", "subscription_resumed", "cart_abandoned", "customer_updated"),
    *("affiliate_commission_earned", "affiliate_commission_payout", "affiliate_commission_refund"),
}
ORDERS = ("order.success", "order_created")
REBILLS = ("order.subscription_payment", "order_rebill")
FAILURES = ("order.rebill_failed", "order_rebill_failed")
CANCELS = ("order.subscription_cancelled", "order_rebill_cancelled")
CARTS = ("cart.abandoned", "cart_abandoned")

in_both = pytest.mark.parametrize("workspace", WORKSPACES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory, today=LATER)


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Businesses so young that all they ever did is in their webhooks."""
    path = tmp_path_factory.mktemp("young")
    generate(path, start=TODAY - timedelta(days=110), today=TODAY, scale=0.1)
    return Folder(path)


def bodies(folder: Folder, workspace: str, *events: str) -> list[Row]:
    """Give what was delivered, each delivery once, of some events or of all."""
    seen: dict[str, Row] = {}
    for delivery in folder.deliveries[workspace]:
        if not events or delivery["body"]["event"] in events:
            seen.setdefault(json.dumps(delivery["body"]), delivery["body"])
    return list(seen.values())


def of_person(folder: Folder, workspace: str, email: str, *events: str) -> list[Row]:
    return [body for body in bodies(folder, workspace, *events) if body.get("customer", {}).get("email") == email]


def moment(body: Row) -> datetime:
    return datetime.fromtimestamp(int(body.get("date_unix") or body["order_timestamp"]), UTC)


def scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from scalars(inner)
    else:
        yield value


def recent_days(folder: Folder) -> list[str]:
    """Give the days on which the cast does again what only webhooks tell, early enough to be over: every twentieth."""
    days = (START + timedelta(days=offset) for offset in range(0, (TODAY - START).days, 20))
    return [day.isoformat() for day in days if SINCE.date() <= day <= TODAY - timedelta(days=50)]


def truth(folder: Folder, name: str, workspace: str) -> list[dict[str, str]]:
    return [row for row in folder.table(f"truth/{name}.csv") if row["connection_id"] == f"{workspace}_thrivecart"]


def unlisted(folder: Folder, workspace: str) -> set[str]:
    """Give the orders that the API does not list yet."""
    return {row["order_id"] for row in truth(folder, "webhook_events", workspace) if row["is_listed"] == "no"}


def cents_of(body: Row, part: str) -> int:
    return int(body[part]["amount_gross"])


@pytest.mark.parametrize(
    ("workspace", "encoding", "events"), [("northwind", "form", FORM_EVENTS), ("lumen", "json", JSON_EVENTS)]
)
def test_each_account_delivers_by_its_own_names(
    folder: Folder, workspace: str, encoding: str, events: set[str]
) -> None:
    deliveries = folder.deliveries[workspace]
    assert {delivery["encoding"] for delivery in deliveries} == {encoding}
    assert {delivery["body"]["event"] for delivery in deliveries} == events


@in_both
def test_deliveries_are_of_the_last_120_days_and_oldest_first(folder: Folder, workspace: str) -> None:
    times = [datetime.fromisoformat(delivery["delivered_at"]) for delivery in folder.deliveries[workspace]]
    assert (times == sorted(times), times[0] >= SINCE, times[-1] <= NOON) == (True, True, True)
    assert min(moment(body) for body in bodies(folder, workspace)) - SINCE < timedelta(days=3)


def test_the_description_tells_since_when(folder: Folder) -> None:
    assert folder.business["webhooks_since"] == f"{SINCE:%Y-%m-%dT%H:%M:%SZ}"


@in_both
def test_nothing_is_delivered_before_it_happened(folder: Folder, workspace: str) -> None:
    waits = [
        datetime.fromisoformat(delivery["delivered_at"]) - moment(delivery["body"])
        for delivery in folder.deliveries[workspace]
    ]
    assert min(waits) > timedelta(0)


@in_both
def test_every_value_is_text_but_those_of_an_empty_address(folder: Folder, workspace: str) -> None:
    kinds = Counter(type(value) for body in bodies(folder, workspace) for value in scalars(body))
    nulls = sum(
        address.count(None)
        for body in bodies(folder, workspace)
        for person in ("customer", "viewer")
        if isinstance(address := body.get(person, {}).get("address"), list)
    )
    assert (set(kinds), kinds[type(None)] == nulls > 0) == ({str, type(None)}, True)


@in_both
def test_every_delivery_carries_the_word_of_its_account(folder: Folder, workspace: str) -> None:
    words = {(body["thrivecart_account"], body["thrivecart_secret"]) for body in bodies(folder, workspace)}
    assert words == {(workspace, folder.thrivecart[workspace]["webhook_secret"])}


@in_both
def test_the_old_style_identifies_nothing_but_the_cancelled_subscription(folder: Folder, workspace: str) -> None:
    old = [body for body in bodies(folder, workspace) if "webhook_id" not in body]
    named = {body["event"] for body in old if "subscription_id" in body or "subscription_ids" in body}
    assert (len(old) > 30, any("event_id" in body for body in old), named <= set(CANCELS)) == (True, False, True)


@in_both
def test_the_new_style_has_an_id_of_its_own_and_that_of_a_transaction_if_there_is_one(
    folder: Folder, workspace: str
) -> None:
    new = [body for body in bodies(folder, workspace) if "webhook_id" in body]
    transactions = {row["event_id"] for row in folder.thrivecart[workspace]["transactions"]}
    without = {body["event"].replace(".", "_").removeprefix("order_") for body in new if "event_id" not in body}
    assert len({body["webhook_id"] for body in new}) == len(new)
    late = unlisted(folder, workspace)
    told = {body["event_id"] for body in new if "event_id" in body and body["order_id"] not in late}
    assert told <= transactions
    assert without == {
        *("rebill_failed", "subscription_paused", "subscription_resumed", "cart_abandoned", "customer_updated"),
        *("affiliate_commission_earned", "affiliate_commission_payout", "affiliate_commission_refund"),
    }


@in_both
def test_some_deliveries_come_twice_the_same(folder: Folder, workspace: str) -> None:
    times = Counter(json.dumps(delivery["body"]) for delivery in folder.deliveries[workspace])
    twice = [body for body, count in times.items() if count == 2]
    assert (max(times.values()), 0.005 < len(twice) / len(times) < 0.06) == (2, True)


def test_deliveries_come_twice_in_both_styles(folder: Folder) -> None:
    times = Counter(
        json.dumps(delivery["body"]) for workspace in WORKSPACES for delivery in folder.deliveries[workspace]
    )
    twice = [json.loads(body) for body, count in times.items() if count == 2]
    assert {"webhook_id" in body for body in twice} == {True, False}


@in_both
def test_some_deliveries_come_an_hour_and_more_after_what_happened_later(folder: Folder, workspace: str) -> None:
    newest, late = SINCE, 0
    for body in bodies(folder, workspace):
        late += moment(body) < newest - timedelta(hours=1)
        newest = max(newest, moment(body))
    assert late > 0


@in_both
def test_charges_hold_what_was_charged_and_what_will_be_again(folder: Folder, workspace: str) -> None:
    for body in bodies(folder, workspace, *ORDERS):
        order = body["order"]
        single = [charge for charge in order["charges"] if charge["type"] == "single"]
        recurring = [charge for charge in order["charges"] if charge["type"] == "recurring"]
        assert sum(int(charge["amount_gross"]) for charge in single) == int(order["total_gross"])
        assert len(recurring) == len(order.get("future_charges", []))
    assert any(len(body["order"]["charges"]) > len(body["purchases"]) for body in bodies(folder, workspace, *ORDERS))


@in_both
def test_amounts_are_gross_less_tax(folder: Folder, workspace: str) -> None:
    taxes = set()
    for body in bodies(folder, workspace, *REBILLS):
        part = body["subscription"]
        amount, gross, tax = (int(part[name]) for name in ("amount", "amount_gross", "tax_paid"))
        assert (amount, part["amount_str"]) == (gross - tax, f"{amount / 100:.2f}")
        taxes.add((gross, tax))
    # 1100 x 19 / 119 = 175.63, 3500 x 19 / 119 = 558.82
    some_of = {"northwind": {(1200, 0), (3900, 0)}, "lumen": {(1100, 176), (3500, 0), (3500, 559)}}[workspace]
    assert some_of - taxes == set()
    assert {tax > 0 for _, tax in taxes} == {tax > 0 for _, tax in some_of}


@in_both
def test_the_money_of_rebills_is_that_of_the_transactions(folder: Folder, workspace: str) -> None:
    amounts = {
        row["event_id"]: row["amount"]
        for row in folder.thrivecart[workspace]["transactions"]
        if row["transaction_type"] in ("charge", "rebill")
    }
    told = [body for body in bodies(folder, workspace, *REBILLS) if "event_id" in body]
    assert len(told) > 100
    assert [cents_of(body, "subscription") for body in told] == [amounts[body["event_id"]] for body in told]


@in_both
def test_the_money_of_refunds_is_positive(folder: Folder, workspace: str) -> None:
    refunds = [body for body in bodies(folder, workspace) if "refund" in body and "pro-rata" in body]
    amounts = {
        row["event_id"]: abs(row["amount"])
        for row in folder.thrivecart[workspace]["transactions"]
        if row["transaction_type"] == "refund"
    }
    told = {body["event_id"]: cents_of(body, "refund") for body in refunds if "event_id" in body}
    assert (told.items() <= amounts.items(), len(told) > 0) == (True, True)


@in_both
def test_ids_of_subscription_and_refund_are_those_of_the_item(folder: Folder, workspace: str) -> None:
    parts = [
        (kind, part[kind]["type"], part[kind]["id"], part[kind][f"{part[kind]['type']}_id"])
        for part in bodies(folder, workspace)
        for kind in ("subscription", "refund")
        if kind in part
    ]
    items = {(row["item_type"], str(row["item_id"])) for row in folder.thrivecart[workspace]["transactions"]}
    assert {(item_type, item_id) for _, item_type, item_id, _ in parts} <= items
    assert all(item_id == again for _, _, item_id, again in parts)


@in_both
def test_a_rebill_has_its_own_date_and_its_order_the_first_one(folder: Folder, workspace: str) -> None:
    day = recent_days(folder)[0]
    order, rebill, *_ = of_person(folder, workspace, f"late.{day}@example.com", *ORDERS, *REBILLS)
    bought, *_ = folder.rows(workspace, f"late.{day}@example.com")
    assert (moment(rebill) - moment(order)).days in (30, 31)
    assert rebill["order"]["date_unix"] == order["order_timestamp"] == str(bought["timestamp"])


@in_both
def test_the_invoice_of_a_rebill_ends_in_the_number_of_the_payment(folder: Folder, workspace: str) -> None:
    for body in bodies(folder, workspace, *REBILLS):
        invoice, _, number = body["invoice_id"].partition("-")
        assert (len(invoice), invoice, number, int(number) >= 2) == (
            9,
            body["order"]["invoice_id"],
            body["recurring_payment_idx"],
            True,
        )


@in_both
def test_invoices_of_webhooks_are_not_those_of_the_api(folder: Folder, workspace: str) -> None:
    of_api = {row["order_id"]: row["invoice_id"] for row in folder.thrivecart[workspace]["transactions"]}
    told = [body for body in bodies(folder, workspace, *ORDERS) if body["order_id"] in of_api]
    assert len(told) > 20
    assert [body["order_id"] for body in told if int(body["invoice_id"]) == int(of_api[body["order_id"]])] == []


@in_both
def test_failed_rebills_share_an_invoice_until_the_subscription_is_cancelled(folder: Folder, workspace: str) -> None:
    email = f"lost.{recent_days(folder)[0]}@example.com"
    failures = of_person(folder, workspace, email, *FAILURES)
    (cancel,) = of_person(folder, workspace, email, *CANCELS)
    (order,) = of_person(folder, workspace, email, *ORDERS)
    days = [(moment(body) - moment(failures[0])).days for body in sorted([*failures, cancel], key=moment)]
    assert ({body["invoice_id"] for body in failures}, days) == ({order["invoice_id"]}, [0, 1, 3, 5, 6])
    assert of_person(folder, workspace, email, *REBILLS) == []


@in_both
def test_a_rebill_that_fails_succeeds_some_days_later(folder: Folder, workspace: str) -> None:
    for day in recent_days(folder):
        email = f"late.{day}@example.com"
        rebill = next(
            body for body in of_person(folder, workspace, email, *REBILLS) if body["recurring_payment_idx"] == "2"
        )
        days = {moment(rebill) - moment(body) for body in of_person(folder, workspace, email, *FAILURES)}
        assert days and days <= {timedelta(days=1), timedelta(days=2), timedelta(days=3)}


@in_both
def test_pauses_and_resumptions_come_with_their_times(folder: Folder, workspace: str) -> None:
    for day in recent_days(folder):
        told = of_person(folder, workspace, f"break.{day}@example.com")
        events = {body["event"].removeprefix("order."): body for body in told}
        paused, resumed = events["subscription_paused"], events["subscription_resumed"]
        assert moment(resumed) - moment(paused) == timedelta(days=20)
        rebills = sorted(moment(body) for body in told if body["event"] in REBILLS)
        # What resumes is charged at once.
        assert timedelta(0) < rebills[0] - moment(resumed) < timedelta(minutes=5)


@in_both
def test_a_pause_names_the_usual_price_and_not_the_reduced_one(folder: Folder, workspace: str) -> None:
    email = f"break.{recent_days(folder)[0]}@example.com"
    (paused,) = of_person(folder, workspace, email, "order.subscription_paused", "subscription_paused")
    first = folder.rows(workspace, email)[0]["amount"]
    # 20 percent less for the first month.
    assert (first, cents_of(paused, "subscription")) == {"northwind": (3120, 3900), "lumen": (2800, 3500)}[workspace]


@in_both
def test_a_completed_plan_is_told_by_json_only(folder: Folder, workspace: str) -> None:
    completed = bodies(folder, workspace, "order_rebill_completed")
    finals = [
        (body["order_id"], body["date_unix"])
        for body in bodies(folder, workspace, *REBILLS)
        if body["subscription"]["remaining_rebills"] == "0"
    ]
    expected = {"northwind": [], "lumen": sorted(finals)}[workspace]
    assert (sorted((body["order_id"], body["date_unix"]) for body in completed), len(finals) > 0) == (expected, True)


def test_items_and_orders_overlap_in_json(folder: Folder) -> None:
    items: defaultdict[str, set[str]] = defaultdict(set)
    for body in bodies(folder, "lumen"):
        if body["event"].startswith("order_payment_"):
            items[body["order_id"]].add(f"{body['purchase']['type']}-{body['purchase']['id']}")
    orders = {body["order_id"]: set(body["purchase_map"]) for body in bodies(folder, "lumen", "order_created")}
    assert {number: items[number] for number in orders} == orders


@in_both
def test_test_orders_are_delivered_as_tests(folder: Folder, workspace: str) -> None:
    tests = [body for body in bodies(folder, workspace) if body.get("mode") == "test"]
    assert {(body["mode_int"], body["customer"]["email"].partition("@")[0]) for body in tests} == {
        ("1", "checkout.tester")
    }
    assert not any(body["event"].startswith("affiliate") for body in tests)


@in_both
def test_a_cart_has_neither_mode_nor_order(folder: Folder, workspace: str) -> None:
    names = set().union(*(body for body in bodies(folder, workspace, *CARTS)))
    assert names == {
        *("event", "thrivecart_account", "thrivecart_secret", "viewer", "customer", "webhook_id"),
        *("base_product", "base_product_name", "base_product_label", "base_product_owner"),
        *("date", "date_iso8601", "date_unix"),
    }


@in_both
def test_carts_are_the_true_ones(folder: Folder, workspace: str) -> None:
    told = Counter(
        (body["customer"]["email"].strip().lower(), body["base_product"], f"{moment(body):%Y-%m-%dT%H:%M:%SZ}")
        for body in bodies(folder, workspace, *CARTS)
    )
    rows = truth(folder, "abandoned_carts", workspace)
    assert told == Counter((row["email"], row["base_product"], row["occurred_at"]) for row in rows)


@in_both
def test_some_customers_have_numbers_of_eighteen_digits(folder: Folder, workspace: str) -> None:
    numbers = {body["customer_id"] for body in bodies(folder, workspace) if "customer_id" in body}
    assert {len(number) for number in numbers} == {10, 18}


@in_both
def test_a_new_address_comes_under_the_old_number(folder: Folder, workspace: str) -> None:
    for day in recent_days(folder):
        (change,) = of_person(folder, workspace, f"moving.{day}@example.org", "customer_updated")
        (before,) = of_person(folder, workspace, f"moving.{day}@example.com", *ORDERS)
        (after,) = of_person(folder, workspace, f"moving.{day}@example.org", *ORDERS)
        assert change["customer_id"] == before["customer_id"] == after["customer_id"]
        assert moment(before) < moment(change) < moment(after)


@in_both
def test_checkouts_are_the_true_ones(folder: Folder, workspace: str) -> None:
    told = {
        body["order_id"]: (body["customer"]["email"].strip().lower(), body.get("passthrough", {}))
        for body in bodies(folder, workspace, *ORDERS)
        if body["mode"] == "live"
    }
    rows = {
        row.pop("order_id"): (row.pop("email"), {name: value for name, value in row.items() if value})
        for row in truth(folder, "checkouts", workspace)
        if row.pop("connection_id")
    }
    assert (told, len(rows) > 50) == (rows, True)


@in_both
def test_some_checkouts_came_by_the_link_that_the_crm_knows_and_some_by_another(folder: Folder, workspace: str) -> None:
    kept = {row["email_address"]: row["attribution"] or {} for row in folder.kit[workspace]["subscribers"]}
    outcomes = Counter(
        "none"
        if not body.get("passthrough")
        else all(kept[email][name] == value for name, value in body["passthrough"].items() if name in kept[email])
        for body in bodies(folder, workspace, *ORDERS)
        if (email := body["customer"]["email"]) in kept
    )
    assert set(outcomes) == {"none", True, False}


@in_both
def test_a_click_id_is_that_of_the_source(folder: Folder, workspace: str) -> None:
    carried = [body["passthrough"] for body in bodies(folder, workspace, *ORDERS) if "passthrough" in body]
    assert {(link["utm_source"], "fbclid" in link, "gclid" in link) for link in carried} == {
        ("facebook", True, False),
        ("google", False, True),
        ("newsletter", False, False),
    }


@in_both
def test_commissions_are_a_quarter_of_what_was_paid_or_given_back(young: Folder, workspace: str) -> None:
    rows = young.thrivecart[workspace]["transactions"]
    amounts = {(row["transaction_id"], row["item_type"]): abs(row["amount"]) for row in rows}
    moved = [body for body in bodies(young, workspace) if "commission" in body and "order_id" in body]
    assert len(moved) > 20
    for body in moved:
        part = body["commission"]
        assert int(part["amount"]) == amounts[part["transaction_id"], part["type"]] // 4


@in_both
def test_payouts_pay_what_was_earned_and_not_given_back_thirty_days_before(young: Folder, workspace: str) -> None:
    signs = {"earned": 1, "refund": 1, "payout": -1}  # what is given back is negative already
    rows = truth(young, "affiliate_commissions", workspace)
    payouts = [row for row in rows if row["kind"] == "payout"]
    assert len(payouts) > 0
    for payout in payouts:
        paid_at = datetime.fromisoformat(payout["occurred_at"])
        balance = sum(
            signs[row["kind"]] * int(row["cents"])
            for row in rows
            if (row["affiliate_id"], row["currency"]) == (payout["affiliate_id"], payout["currency"])
            and datetime.fromisoformat(row["occurred_at"])
            <= (paid_at if row["kind"] == "payout" else paid_at - timedelta(days=30))
        )
        assert (balance, paid_at.day) == (0, 1)


@in_both
def test_an_order_names_the_affiliate_who_gets_a_commission_for_it(folder: Folder, workspace: str) -> None:
    sent = {
        body["order_id"]: body["affiliate"]["user_id"]
        for body in bodies(folder, workspace, *ORDERS)
        if body["affiliate"] != "null" and body["mode"] == "live"
    }
    earned = {
        body["order_id"]: body["affiliate_user_id"]
        for body in bodies(folder, workspace, "affiliate.commission_earned", "affiliate_commission_earned")
    }
    assert (sent.items() <= earned.items(), len(sent) > 0) == (True, True)


@in_both
def test_commissions_are_the_true_ones(folder: Folder, workspace: str) -> None:
    told = Counter(
        (
            body["event"].rpartition("_")[2],
            body["affiliate"]["affiliate_id"],
            body.get("order_id", ""),
            body["currency"],
            abs(int(body["commission"]["amount"])),
        )
        for body in bodies(folder, workspace)
        if "commission" in body
    )
    rows = truth(folder, "affiliate_commissions", workspace)
    assert told == Counter(
        (row["kind"], row["affiliate_id"], row["order_id"], row["currency"], abs(int(row["cents"]))) for row in rows
    )


@in_both
def test_true_events_of_payments_are_the_transactions_since_there_are_webhooks(folder: Folder, workspace: str) -> None:
    kinds = {"charge": "charge", "rebill": "rebill", "refund": "refund", "cancelled": "cancel"}
    told = Counter(
        (
            row["mode"],
            kinds[row["kind"]],
            row["order_id"],
            f"{row['item_type']}-{row['item_id']}",
            row["internal_subscription_id"],
            row["occurred_at"],
            int(row["cents"]),
        )
        for row in truth(folder, "webhook_events", workspace)
        if row["kind"] in kinds and row["is_listed"] == "yes"
    )
    firsts: set[str] = set()
    listed: Counter[tuple[object, ...]] = Counter()
    for row in folder.thrivecart[workspace]["transactions"]:
        at = datetime.fromtimestamp(row["timestamp"], UTC)
        subscription = str(row.get("internal_subscription_id", ""))
        is_resumed = row["transaction_type"] == "charge" and subscription and subscription in firsts
        firsts.add(subscription)
        if SINCE <= at < ARRIVED:
            listed[
                row["mode"],
                "rebill" if is_resumed else row["transaction_type"],
                row["order_id"],
                f"{row['item_type']}-{row['item_id']}",
                subscription,
                f"{at:%Y-%m-%dT%H:%M:%SZ}",
                abs(row["amount"]),
            ] += 1
    on_their_way = Counter({key: count for key, count in told.items() if key[5] >= f"{ARRIVED:%Y-%m-%dT%H:%M:%SZ}"})
    assert (told - on_their_way, len(listed) > 300) == (listed, True)


@in_both
def test_true_events_are_what_was_delivered(folder: Folder, workspace: str) -> None:
    """Count deliveries as a receiver would who counts each event once."""
    told: Counter[tuple[str, str, str, int | None]] = Counter()
    for body in bodies(folder, workspace):
        event = body["event"].replace("order.", "").replace(".", "_").removeprefix("affiliate_").removeprefix("order_")
        at = f"{moment(body):%Y-%m-%dT%H:%M:%SZ}"
        if event == "success":
            # An order's upsells were charged later than its date says.
            for charge in body["order"]["charges"]:
                if charge["type"] == "single":
                    told["charge", body["order_id"], "", int(charge["amount_gross"])] += 1
        elif event.startswith("payment_"):
            told["charge", body["order_id"], "", cents_of(body, "purchase")] += 1
        elif event.startswith("refund"):
            told["refund", body["order_id"], at, cents_of(body, "refund")] += 1
        elif "subscription" in body:
            kind = {"subscription_payment": "rebill"}.get(event, event.removeprefix("subscription_"))
            kind = kind.replace("rebill_cancelled", "cancelled").replace("rebill_completed", "completed")
            told[kind, body["order_id"], at, cents_of(body, "subscription")] += 1
        elif "commission" in body:
            told[event, body.get("order_id", ""), at, int(body["commission"]["amount"])] += 1
        elif event != "created":
            told[event, "", at, None] += 1
    expected = Counter(
        (
            row["kind"],
            row["order_id"],
            "" if row["kind"] == "charge" else row["occurred_at"],
            int(row["cents"]) if row["cents"] else None,
        )
        for row in truth(folder, "webhook_events", workspace)
    )
    assert told == expected


@in_both
def test_true_changes_are_told_by_webhooks_while_there_are_any(folder: Folder, workspace: str) -> None:
    names = {"payment_failed": "rebill_failed"}
    # A completed plan is told by one of the accounts only.
    changes = {
        (row["internal_subscription_id"], names.get(row["change"], row["change"]), row["occurred_at"])
        for row in truth(folder, "subscription_changes", workspace)
        if f"{SINCE:%Y-%m-%dT%H}" <= row["occurred_at"] < f"{ARRIVED:%Y-%m-%dT%H}"
        and (row["change"] != "completed" or workspace == "lumen")
    }
    told = {
        (row["internal_subscription_id"], row["kind"], row["occurred_at"])
        for row in truth(folder, "webhook_events", workspace)
        if row["kind"] in ("rebill_failed", "paused", "resumed", "cancelled", "completed")
        and row["mode"] == "live"
        and row["occurred_at"] < f"{ARRIVED:%Y-%m-%dT%H}"
    }
    assert (changes, len(changes) > 50) == (told, True)


@in_both
def test_the_last_true_change_is_the_status_of_the_subscription(folder: Folder, workspace: str) -> None:
    last: dict[str, str] = {}
    for row in sorted(truth(folder, "subscription_changes", workspace), key=lambda row: row["occurred_at"]):
        if row["change"] != "payment_failed":
            last[row["internal_subscription_id"]] = row["change"].replace("resumed", "active")
    shown = {
        row["internal_subscription_id"]: row["thrivecart_status"] for row in truth(folder, "subscriptions", workspace)
    }
    assert {number: last.get(number, "active") for number in shown} == shown


@in_both
def test_a_later_today_keeps_the_deliveries_of_the_days_that_both_have(
    folder: Folder, later: Folder, workspace: str
) -> None:
    since = f"{SINCE + timedelta(days=46):%Y-%m-%dT%H}"
    until = f"{NOON:%Y-%m-%dT%H:%M:%SZ}"
    kept = [
        [delivery for delivery in generated.deliveries[workspace] if since <= delivery["delivered_at"] <= until]
        for generated in (folder, later)
    ]
    assert (kept[0] == kept[1], len(kept[0]) > 200) == (True, True)


def test_a_later_today_keeps_true_changes(folder: Folder, later: Folder) -> None:
    known, then = (
        {tuple(row.values()) for row in generated.table("truth/subscription_changes.csv")}
        for generated in (folder, later)
    )
    assert known < then


def test_a_day_old_business_has_no_more_webhooks_than_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("new")
    generate(path, start=TODAY, today=TODAY, scale=0)
    assert [len(deliveries) for deliveries in Folder(path).deliveries.values()] == [0, 0]
