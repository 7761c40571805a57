"""MRR of the generated businesses, month by month, against what the vendors' own rows tell of that time.

The generator knows what each subscription brings now. What it brought before follows from its rows: it began with the
first one, a trial with the second, it cost what was paid last, and it ended with a cancellation. A failed payment is
made good within the grace, and a pause counts. Amounts are whole cents.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.road import Road

CYCLE_DAYS = {"week": Fraction(7), "month": Fraction(30), "quarter": Fraction(365, 4), "year": Fraction(365)}
COLUMNS = ("opening", "new", "expansion", "contraction", "churn", "reactivation", "closing")


@dataclass
class Told:
    """What the rows of an open-ended subscription tell: when how much was paid (cents), and when it was cancelled."""

    workspace: str
    currency: str
    person: str
    frequency: str
    has_trial: bool
    cents_now: int
    paid: list[tuple[datetime, int]]
    cancelled_at: datetime | None

    def cents_a_month(self, moment: datetime) -> int:
        """Return what it brought in 30 days just before a moment, rounded to whole cents."""
        past = [cents for at, cents in self.paid if at < moment]
        is_over = self.cancelled_at is not None and self.cancelled_at < moment
        if len(past) <= self.has_trial or is_over:
            return 0
        # A first payment may be less than the others are; before the second one only these tell the price.
        later = [cents for _, cents in self.paid[1:]]
        cents = past[-1] if len(past) > 1 else (later or [self.cents_now])[0]
        return int(Fraction(cents * 30) / CYCLE_DAYS[self.frequency] + Fraction(1, 2))


def subscriptions(road: Road) -> Iterator[Told]:
    emails = road.rows("select workspace_id, email, person_id from marts.bridge_person_emails")
    person_of = {(workspace, email): person for workspace, email, person in emails}
    truth = {(row.connection_id, row.internal_subscription_id): row for row in road.truth("subscriptions").itertuples()}
    for file in sorted((road.business / "thrivecart").glob("*_thrivecart.json")):
        account = json.loads(file.read_text())
        options = {
            (path, str(option["id"])): option
            for path, listed in account["pricing_options"].items()
            for option in listed
        }
        rows = defaultdict(list)
        for row in sorted(account["transactions"], key=lambda row: row["timestamp"]):
            if row["mode"] == "live" and row.get("internal_subscription_id"):
                rows[str(row["internal_subscription_id"])].append(row)
        for number, events in rows.items():
            first, known = events[0], truth[file.stem, number]
            option = options[f"{first['item_type']}s/{first['item_id']}", str(first["item_pricing_option_id"])]
            cancelled = [at(row) for row in events if row["transaction_type"] == "cancel"]
            if option["type"] == "subscription":
                yield Told(
                    known.workspace_id,
                    known.currency,
                    person_of[known.workspace_id, first["customer"]["email"].strip().lower()],
                    known.frequency,
                    bool(option["trial_period"]),
                    int(known.amount_cents),
                    [(at(row), row["amount"]) for row in events if row["transaction_type"] in ("charge", "rebill")],
                    cancelled[0] if cancelled else None,
                )


def at(row: dict[str, int]) -> datetime:
    return datetime.fromtimestamp(row["timestamp"], UTC)


def turns(zone: ZoneInfo, since: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield each month from that of a moment on, with the moment of the next one's beginning in a zone."""
    first = since.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    while first <= datetime.now(zone).replace(tzinfo=None):
        following = (first + timedelta(days=32)).replace(day=1)
        yield first.date().isoformat(), following.replace(tzinfo=zone).astimezone(UTC)
        first = following


def test_the_running_month_closes_at_what_the_subscriptions_truly_bring(travelled_road: Road) -> None:
    closing = travelled_road.rows(
        """
        select workspace_id, currency, closing_amount * 100
        from marts.rpt_mrr_movements
        where not is_complete
        order by all
        """
    )
    truth = travelled_road.truth("subscriptions")
    truth["cents"] = truth["mrr_thirty_day_cents"].astype(int)
    expected = truth.groupby(["workspace_id", "currency"])["cents"].sum()
    assert closing == [(*key, cents) for key, cents in sorted(expected.items())]


def test_every_month_moves_as_the_rows_of_its_time_tell(travelled_road: Road) -> None:
    with (travelled_road.business / "config" / "workspaces.csv").open() as file:
        zones = {row["workspace_id"]: ZoneInfo(row["reporting_time_zone"]) for row in csv.DictReader(file)}
    owned: dict[tuple[str, str], dict[str, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for told in subscriptions(travelled_road):
        owned[told.workspace, told.currency][told.person].append(told)
    expected: dict[tuple[str, str, str], dict[str, int]] = {}
    for (workspace, currency), persons in owned.items():
        since = min(one.paid[0][0] for many in persons.values() for one in many)
        months = list(turns(zones[workspace], since))
        for month, _ in months:
            expected[workspace, currency, month] = dict.fromkeys(COLUMNS, 0)
        for many in persons.values():
            opening, has_been_there = 0, False
            for month, turn in months:
                closing = sum(one.cents_a_month(turn) for one in many)
                sums = expected[workspace, currency, month]
                sums["opening"] += opening
                sums["closing"] += closing
                if closing > opening:
                    grown = "expansion" if opening else "reactivation" if has_been_there else "new"
                    sums[grown] += closing - opening
                else:
                    sums["contraction" if closing else "churn"] += opening - closing
                opening, has_been_there = closing, has_been_there or closing > 0
    sql = f"""
        select workspace_id, currency, cast(month as varchar), {", ".join(f"{name}_amount * 100" for name in COLUMNS)}
        from marts.rpt_mrr_movements
    """
    found = {row[:3]: dict(zip(COLUMNS, map(int, row[3:]), strict=True)) for row in travelled_road.rows(sql)}
    assert any(sums["reactivation"] for sums in expected.values())
    assert any(sums["contraction"] for sums in expected.values())
    # Payment plans and orders of a currency may have begun before its first open-ended subscription.
    assert {key: sums for key, sums in found.items() if key in expected or any(sums.values())} == expected
