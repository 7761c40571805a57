"""People in the marts against the generator's own knowledge of who is who.

The generator plants what is safe to join, what is mistyped and what only looks alike; none of its code is shared with
what is tested here.
"""

from collections import defaultdict
from typing import Any

import pytest

from tests.road import Road

Key = tuple[str, str]


def person_of(road: Road) -> dict[Key, str]:
    rows = road.rows("select workspace_id, email, person_id from marts.bridge_person_emails")
    return {(workspace, email): person for workspace, email, person in rows}


def pairs(road: Road, kind: str) -> list[tuple[Key, Key]]:
    frame = road.truth("identity_pairs")
    rows = frame[frame["kind"] == kind].itertuples()
    found = [((row.workspace_id, row.email), (row.workspace_id, row.other_email)) for row in rows]
    assert found, f"the generator has planted no pair that is {kind}"
    return found


def reviews(road: Road) -> list[tuple[Any, ...]]:
    """Give the review list in the order in which a user reads it."""
    return road.rows(
        """
        select workspace_id, email, other_email, person_id, other_person_id, score
        from marts.rpt_identity_reviews
        order by score desc, reporting_amount desc nulls last, workspace_id, email, other_email
        """
    )


def test_every_address_that_was_seen_is_a_persons(travelled_road: Road) -> None:
    seen = {(row.workspace_id, row.email) for row in travelled_road.truth("identities").itertuples()}
    assert seen == set(person_of(travelled_road))


def test_no_two_humans_are_joined(travelled_road: Road) -> None:
    human_of = {(row.workspace_id, row.email): row.human for row in travelled_road.truth("identities").itertuples()}
    humans: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for (workspace, email), person in person_of(travelled_road).items():
        humans[person].add((workspace, human_of[workspace, email]))
    assert [names for names in humans.values() if len(names) > 1] == []


def test_every_safe_pair_is_joined(travelled_road: Road) -> None:
    people = person_of(travelled_road)
    assert [pair for pair in pairs(travelled_road, "safe") if people[pair[0]] != people[pair[1]]] == []


@pytest.mark.parametrize("kind", ["typo", "different"])
def test_no_pair_that_only_a_person_may_join_is_joined(travelled_road: Road, kind: str) -> None:
    people = person_of(travelled_road)
    assert [pair for pair in pairs(travelled_road, kind) if people[pair[0]] == people[pair[1]]] == []


def test_every_mistyped_address_is_in_the_first_rows_of_the_reviews(travelled_road: Road) -> None:
    planted = {frozenset(pair) for pair in pairs(travelled_road, "typo")}
    first = reviews(travelled_road)[: round(1.2 * len(planted))]
    found = {frozenset(((workspace, email), (workspace, other))) for workspace, email, other, *_ in first}
    assert len(planted & found) >= 0.9 * len(planted)


def test_a_mistyped_address_is_unmatched_and_names_the_contact_it_belongs_to(travelled_road: Road) -> None:
    people = person_of(travelled_road)
    candidates = {
        (workspace, email): person
        for workspace, email, person in travelled_road.rows(
            "select workspace_id, email, candidate_person_id from marts.rpt_unmatched_revenue"
        )
    }
    for contact, mistyped in pairs(travelled_road, "typo"):
        assert candidates[mistyped] == people[contact]


def test_nobody_is_suggested_who_is_kept_apart(travelled_road: Road) -> None:
    kept_apart = {
        frozenset(((row.workspace_id, row.email), (row.workspace_id, row.other_email)))
        for row in travelled_road.truth("identity_pairs").itertuples()
        if row.how == "keep_apart" and row.kind == "different" and "gift" not in row.other_email
    }
    suggested = {
        frozenset(((workspace, email), (workspace, other))) for workspace, email, other, *_ in reviews(travelled_road)
    }
    assert kept_apart and not kept_apart & suggested


def test_a_tie_that_was_cut_for_a_kept_apart_pair_is_a_suggestion(travelled_road: Road) -> None:
    refused = travelled_road.rows(
        "select workspace_id, email, other_email from marts.rpt_identity_reviews where rule = 'refused_by_keep_apart'"
    )
    assert sorted(refused) == [
        (workspace, "apart.one+gift@gmail.com", "apart.two@gmail.com") for workspace in ("lumen", "northwind")
    ]


def test_the_money_at_stake_is_that_of_the_truth(travelled_road: Road) -> None:
    expected = {
        (row.workspace_id, row.email): int(row.revenue_cents_reporting)
        for row in travelled_road.truth("people").itertuples()
    }
    at_stake = travelled_road.rows(
        """
        select workspace_id, email, reporting_amount * 100
        from marts.rpt_identity_reviews
        where rule = 'mistyped_domain'
        """
    )
    assert at_stake and all(int(cents) == expected[workspace, email] for workspace, email, cents in at_stake)


def test_matched_revenue_by_month_is_all_revenue(travelled_road: Road) -> None:
    truth = travelled_road.truth("revenue_by_day")
    expected: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in truth.itertuples():
        expected[row.workspace_id, f"{row.day[:7]}-01", row.currency] += int(row.revenue_cents)
    rows = travelled_road.rows(
        "select workspace_id, month, currency, amount * 100, (matched_amount + unmatched_amount) * 100"
        " from marts.rpt_matched_revenue"
    )
    assert {
        (workspace, str(month), currency): int(cents) for workspace, month, currency, cents, _ in rows if cents
    } == {key: cents for key, cents in expected.items() if cents}
    assert all(cents == parts for *_, cents, parts in rows)
