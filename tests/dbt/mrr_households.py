"""Random households of subscriptions: intervals of states and prices as the models of MRR are given them.

Moments crowd around the turns of months, in three zones: there a second decides in which month something happened.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from hypothesis import strategies as st

from tests.dbt.raw_rows import RawWarehouse

ZONES = {
    "acme": ZoneInfo("America/New_York"),
    "brisk": ZoneInfo("Pacific/Auckland"),
    "calm": ZoneInfo("Europe/Berlin"),
}
MONTHS = 9
# A row whose clock is ahead tells of a moment that is still to come.
TOMORROW = datetime.now(UTC).replace(minute=30, second=0, microsecond=0) + timedelta(days=1)
FACTORS = {"week": "4.2857142857", "month": "1", "quarter": "0.3287671233", "year": "0.0821917808"}


@dataclass(frozen=True)
class State:
    """A status from a moment on. `ends_at` is the end of the time that was paid for, where a cancellation tells it."""

    since: datetime
    status: str
    is_in_trial: bool = False
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Price:
    """What a cycle costs, in cents, from a moment on. Nothing may tell the interval."""

    since: datetime
    cents: int
    frequency: str | None = "month"
    payments: int | None = None


@dataclass(frozen=True)
class Subscription:
    """A subscription from its first state on, which is also the moment of its first price."""

    states: Sequence[State]
    prices: Sequence[Price]
    currency: str
    product: str
    workspace: str = ""
    person: str | None = None
    number: str = ""

    @property
    def zone(self) -> ZoneInfo:
        return ZONES[self.workspace]

    @property
    def subscriber(self) -> str:
        """Whose MRR it is."""
        return self.person or self.number


Household = Sequence[Subscription]
"""The subscriptions of one person, or several without a known address."""


def turns() -> list[datetime]:
    """List the moments around which something happens: the turns of the last months, in every zone."""
    today, found = datetime.now(UTC).date(), []
    for back in range(MONTHS):
        number = today.year * 12 + today.month - 1 - back
        first = date(number // 12, number % 12 + 1, 1)
        found += [datetime(first.year, first.month, 1, tzinfo=zone).astimezone(UTC) for zone in ZONES.values()]
    return sorted(found)


STEPS = [timedelta(seconds=seconds) for seconds in (-86400, -7200, -1, 0, 0, 1, 7200, 86400)]
STEPS += [timedelta(days=days, hours=5) for days in (2, 5, 6, 10, 15, 20, 29, 30, 31)]
moments = st.one_of(
    st.builds(lambda turn, step: min(turn + step, TOMORROW), st.sampled_from(turns()), st.sampled_from(STEPS)),
)
statuses = st.sampled_from(["trialing", "active", "active", "past_due", "paused", "cancelled", "completed"])


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    """Draw any states and prices: they need not be a likely life."""
    sinces = sorted(draw(st.lists(moments, min_size=1, max_size=6, unique=True)))
    trial = draw(st.sampled_from([0, 0, 0, 1, 2]))
    states: list[State] = []
    for number, since in enumerate(sinces):
        status = draw(statuses)
        ends_at = draw(st.one_of(st.none(), moments)) if status == "cancelled" else None
        if states and states[-1].status == status:
            continue
        states.append(State(since, status, number < trial, ends_at if ends_at and ends_at > since else None))
    changes = [at for at in sorted(draw(st.lists(moments, max_size=3, unique=True))) if at > sinces[0]]
    payments = draw(st.sampled_from([None, None, None, 3]))
    prices = [
        Price(
            at,
            draw(st.sampled_from([0, 2900, 4900, 4900, 9900, 120000])),
            draw(st.sampled_from(["month", "month", "week", "quarter", "year", None])),
            draw(st.sampled_from([payments, payments, payments, 6])) if payments else None,
        )
        for at in [sinces[0], *changes]
    ]
    return Subscription(states, prices, draw(st.sampled_from(["USD", "USD", "EUR"])), draw(st.sampled_from("xy")))


@st.composite
def households(draw: st.DrawFn) -> Household:
    """Draw a person of one workspace with some subscriptions; now and then the address of the payer is not known."""
    workspace, person = draw(st.sampled_from(sorted(ZONES))), draw(st.sampled_from(["known", "known", "known", None]))
    owned = draw(st.lists(subscriptions(), min_size=1, max_size=3))
    return [replace(one, workspace=workspace, person=person) for one in owned]


def numbered(many: Iterable[Household]) -> list[Subscription]:
    """Give persons and subscriptions keys of their own."""
    return [
        replace(one, number=f"s{house}-{number}", person=one.person and f"p{house}")
        for house, household in enumerate(many)
        for number, one in enumerate(household)
    ]


CONFIGURATION = {
    "workspaces.csv": ["workspace_id,name,reporting_time_zone,reporting_currency"]
    + [f"{workspace},{workspace},{zone.key},USD" for workspace, zone in ZONES.items()],
    "connections.csv": [
        "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until"
    ]
    + [f"{workspace}_thrivecart,{workspace},thrivecart,{workspace},,,,,," for workspace in ZONES],
}
MOMENT = "timestamp with time zone"
COLUMNS = {
    "intermediate.int_subscription_periods": {
        "subscription_id": "varchar",
        "status": "varchar",
        "valid_from": MOMENT,
        "valid_to": MOMENT,
        "is_in_trial": "boolean",
        "ends_at": MOMENT,
    },
    "intermediate.int_subscription_plan_periods": {
        "subscription_id": "varchar",
        "valid_from": MOMENT,
        "valid_to": MOMENT,
        "plan_amount": "decimal(18, 2)",
        "currency": "varchar",
        "plan_payments": "bigint",
        "recurring_factor": "decimal(18, 10)",
    },
    "intermediate.int_subscription_terms_resolved": {
        "subscription_id": "varchar",
        "workspace_id": "varchar",
        "connection_id": "varchar",
        "person_id": "varchar",
        "first_row_at": MOMENT,
    },
    "marts.dim_subscriptions": {
        "subscription_id": "varchar",
        "workspace_id": "varchar",
        "product_id": "varchar",
        "currency": "varchar",
        "is_payment_plan": "boolean",
        "status": "varchar",
        "mrr_amount": "decimal(18, 2)",
    },
}


def warehouse_of(folder: Path, many: Iterable[Subscription]) -> RawWarehouse:
    """Return a warehouse whose models of states and prices hold these subscriptions; MRR is left to be told."""
    warehouse = RawWarehouse(folder)
    for name, lines in CONFIGURATION.items():
        (warehouse.configuration / name).write_text("\n".join(lines) + "\n")
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in COLUMNS}
    for one in many:
        key = {"subscription_id": one.number}
        for state, end in zip(one.states, [*(state.since for state in one.states[1:]), None], strict=True):
            told = {"status": state.status, "is_in_trial": state.is_in_trial, "ends_at": state.ends_at}
            rows["intermediate.int_subscription_periods"].append(
                key | told | {"valid_from": state.since, "valid_to": end}
            )
        for price, end in zip(one.prices, [*(price.since for price in one.prices[1:]), None], strict=True):
            rows["intermediate.int_subscription_plan_periods"].append(
                key
                | {"valid_from": price.since, "valid_to": end, "plan_amount": f"{price.cents / 100:.2f}"}
                | {"currency": one.currency, "plan_payments": price.payments}
                | {"recurring_factor": price.frequency and FACTORS[price.frequency]}
            )
        owner = {"workspace_id": one.workspace, "connection_id": f"{one.workspace}_thrivecart", "person_id": one.person}
        rows["intermediate.int_subscription_terms_resolved"].append(key | owner | {"first_row_at": one.states[0].since})
        rows["marts.dim_subscriptions"].append(
            key
            | {"workspace_id": one.workspace, "product_id": one.product, "currency": one.currency}
            | {"is_payment_plan": one.prices[-1].payments is not None, "status": one.states[-1].status}
        )
    with duckdb.connect(str(warehouse.file)) as connection:
        connection.execute("set TimeZone = 'UTC'; create schema intermediate; create schema marts")
        for table, columns in COLUMNS.items():
            lines = folder / f"{table}.jsonl"
            lines.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows[table]))
            connection.execute(
                f"create table {table} as select * from "
                f"read_json('{lines}', format = 'newline_delimited', columns = {columns})"
            )
    return warehouse


def tell_mrr(warehouse: RawWarehouse, amounts: dict[str, Any]) -> None:
    """Let dim_subscriptions say what each subscription brings now."""
    with duckdb.connect(str(warehouse.file)) as connection:
        connection.executemany(
            "update marts.dim_subscriptions set mrr_amount = ? where subscription_id = ?",
            [(amount, number) for number, amount in amounts.items()],
        )
