"""The lives of all subscriptions of the generated businesses against the generator's own answers.

Cancellations and completions are known of all times, as the API has a row of each. Pauses and failed payments are told
by webhook alone, so that they are compared from the first of these on.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from tests.conftest import TODAY
from tests.road import Road

Moments = list[tuple[str, datetime]]
LAST_NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
"""Of what has just happened some webhooks are still on their way."""


def webhooks_since(road: Road) -> datetime:
    return datetime.fromisoformat(json.loads((road.business / "business.json").read_text())["webhooks_since"])


def true_changes(road: Road) -> dict[str, Moments]:
    """Give what truly happened to each subscription, oldest first."""
    changes: dict[str, Moments] = defaultdict(list)
    for row in road.truth("subscription_changes").itertuples():
        subscription = f"{row.connection_id}:{row.internal_subscription_id}"
        changes[subscription].append((row.change, datetime.fromisoformat(row.occurred_at)))
    return {subscription: sorted(moments, key=lambda moment: moment[1]) for subscription, moments in changes.items()}


def flat(changes: dict[str, Moments], *kinds: str, since: datetime | None = None) -> set[tuple[str, str, datetime]]:
    return {
        (subscription, kind, at)
        for subscription, moments in changes.items()
        for kind, at in moments
        if kind in kinds and (since is None or at >= since)
    }


def test_every_end_is_an_event_at_its_moment(travelled_road: Road) -> None:
    sql = """
        select subscription_id, change, occurred_at
        from marts.fct_subscription_events
        where change in ('cancelled', 'completed') and not is_contradicted
    """
    assert set(travelled_road.rows(sql)) == flat(true_changes(travelled_road), "cancelled", "completed")


def test_every_pause_and_its_end_is_an_event_since_webhooks_tell_of_them(travelled_road: Road) -> None:
    since = webhooks_since(travelled_road)
    sql = """
        select subscription_id, change, occurred_at
        from marts.fct_subscription_events
        where change in ('paused', 'resumed') and evidence = 'webhook' and not is_contradicted
    """
    told = true_changes(travelled_road)
    pauses = flat(told, "paused", since=since)
    paused = {subscription for subscription, _, _ in pauses}
    # Whose pause began before there were webhooks: nothing tells that a pause has ended.
    ends = {end for end in flat(told, "resumed", since=since) if end[0] in paused}
    found = set(travelled_road.rows(sql))
    assert {event for event in found if event[0] in paused} == pauses | ends


def test_every_status_of_every_past_noon_is_what_it_was(travelled_road: Road) -> None:
    since = webhooks_since(travelled_road)
    told = true_changes(travelled_road)
    seen_from_the_first_pause = {
        subscription: moments
        for subscription, moments in told.items()
        if all(at >= since for kind, at in moments if kind in ("paused", "resumed"))
    }
    sql = """
        select subscription_id, status
        from marts.fct_subscription_periods
        where status in ('paused', 'cancelled', 'completed') and valid_from <= ? and (valid_to is null or valid_to > ?)
    """
    becomes = {"paused": "paused", "resumed": None, "cancelled": "cancelled", "completed": "completed"}
    noon = datetime(since.year, since.month, since.day, 12, tzinfo=UTC)
    seen = set()
    while noon < LAST_NOON:
        expected = {}
        for subscription, moments in seen_from_the_first_pause.items():
            for kind, at in moments:
                if kind in becomes and at <= noon:
                    expected[subscription] = becomes[kind]
        expected = {subscription: status for subscription, status in expected.items() if status}
        found = {
            subscription: status
            for subscription, status in travelled_road.rows(sql, noon, noon)
            if subscription in seen_from_the_first_pause
        }
        assert found == expected, noon
        seen |= set(expected.values())
        noon += timedelta(days=1)
    assert seen == {"paused", "cancelled", "completed"}


def test_a_failed_payment_is_past_due_until_the_next_one_or_the_end(travelled_road: Road) -> None:
    since = webhooks_since(travelled_road)
    paid: dict[str, list[datetime]] = defaultdict(list)
    for file in (travelled_road.business / "thrivecart").glob("*_thrivecart.json"):
        for row in json.loads(file.read_text())["transactions"]:
            if row["mode"] == "live" and row["transaction_type"] in ("charge", "rebill"):
                paid[f"{file.stem}:{row.get('internal_subscription_id')}"].append(
                    datetime.fromtimestamp(row["timestamp"], UTC)
                )
    expected = set()
    for subscription, moments in true_changes(travelled_road).items():
        ends = [at for kind, at in moments if kind in ("cancelled", "completed")] + paid[subscription]
        begun_until = datetime.min.replace(tzinfo=UTC)
        for kind, at in moments:
            if kind == "payment_failed" and at >= since and at >= begun_until:
                begun_until = min((end for end in ends if end > at), default=datetime.max.replace(tzinfo=UTC))
                expected.add((subscription, at, None if begun_until.year == datetime.max.year else begun_until))
    sql = "select subscription_id, valid_from, valid_to from marts.fct_subscription_periods where status = 'past_due'"
    assert len(expected) > 10
    assert set(travelled_road.rows(sql)) == expected
