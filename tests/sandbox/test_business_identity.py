"""Who is who: people under several addresses, people who mistype, and people who only look alike."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sandbox import generate
from tests.sandbox.generated_folder import SMALLEST, START, TODAY, WORKSPACES, Folder, generated

MISTYPED = {"gmial.com", "gmai.com", "hotmial.com", "yaho.com", "outlok.com", "example.con", "gmail.co"}
SLIPS = {"dropped_letter", "swapped_letters", "doubled_letter"}

in_both = pytest.mark.parametrize("workspace", WORKSPACES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return generated(tmp_path_factory)


def pairs(folder: Folder, kind: str, workspace: str) -> list[dict[str, str]]:
    rows = folder.table("truth/identity_pairs.csv")
    return [row for row in rows if (row["kind"], row["workspace_id"]) == (kind, workspace)]


def human_of(folder: Folder) -> dict[tuple[str, str], str]:
    return {(row["workspace_id"], row["email"]): row["human"] for row in folder.table("truth/identities.csv")}


def person_of(folder: Folder, workspace: str) -> dict[str, str]:
    rows = folder.table("truth/people.csv")
    return {row["email"]: row["person_email"] for row in rows if row["workspace_id"] == workspace}


def test_a_hundred_people_mistype_their_address_in_two_years_of_full_size(tmp_path: Path) -> None:
    generate(tmp_path, start=date(2024, 11, 20), today=TODAY, scale=1.0)
    hows = Counter(row["how"] for row in Folder(tmp_path).table("truth/identity_pairs.csv") if row["kind"] == "typo")
    assert hows.total() >= 100
    assert {how for how, count in hows.items() if count >= 5} == MISTYPED | SLIPS


@in_both
def test_some_people_mistype_their_address_at_any_size(folder: Folder, workspace: str) -> None:
    assert len(pairs(folder, "typo", workspace)) >= 5


@in_both
def test_a_mistyped_address_pays_and_the_right_one_is_the_contacts(folder: Folder, workspace: str) -> None:
    known = {row["email_address"] for row in folder.kit[workspace]["subscribers"]}
    for pair in pairs(folder, "typo", workspace):
        assert folder.rows(workspace, pair["other_email"]) != []
        assert (pair["email"] in known, pair["other_email"] in known) == (True, False)


@in_both
def test_a_mistyped_address_is_one_slip_away(folder: Folder, workspace: str) -> None:
    for pair in pairs(folder, "typo", workspace):
        (local, domain), (other_local, other_domain) = pair["email"].split("@"), pair["other_email"].split("@")
        if pair["how"] in SLIPS:
            assert (domain, sorted(local) != sorted(other_local)) == (other_domain, pair["how"] != "swapped_letters")
            assert (
                len(other_local) - len(local)
                == {"dropped_letter": -1, "swapped_letters": 0, "doubled_letter": 1}[pair["how"]]
            )
        else:
            assert (local, other_domain) == (other_local, pair["how"])


def test_some_buy_within_minutes_of_their_opt_in_under_their_full_name(folder: Folder) -> None:
    quick = 0
    for workspace in WORKSPACES:
        for pair in pairs(folder, "typo", workspace):
            subscriber = folder.subscriber(workspace, pair["email"])
            paid = folder.rows(workspace, pair["other_email"])[0]
            opted_in_at = datetime.fromisoformat(subscriber["created_at"])
            minutes = (datetime.fromtimestamp(paid["timestamp"], UTC) - opted_in_at).total_seconds() / 60
            full_name = f"{subscriber['first_name']} {subscriber['fields']['last_name']}"
            quick += minutes < 15 and paid["customer"]["name"] == full_name
    assert quick >= 2


@in_both
def test_a_mistyped_address_stays_unmatched(folder: Folder, workspace: str) -> None:
    unmatched = {row["email"] for row in folder.table("truth/unmatched.csv") if row["workspace_id"] == workspace}
    assert {pair["other_email"] for pair in pairs(folder, "typo", workspace)} <= unmatched


@in_both
@pytest.mark.parametrize(
    "how",
    [
        *("dots", "plus_tag", "other_domain", "case_and_space", "invisible_character", "unicode", "idn", "link"),
        *("customer_number", "address_change", "additional_email", "merged_contact"),
    ],
)
def test_there_is_a_safe_pair_of_each_kind(folder: Folder, workspace: str, how: str) -> None:
    assert how in {pair["how"] for pair in pairs(folder, "safe", workspace)}


@in_both
def test_safe_pairs_are_one_person_and_one_human(folder: Folder, workspace: str) -> None:
    people, humans = person_of(folder, workspace), human_of(folder)
    for pair in pairs(folder, "safe", workspace):
        both = (pair["email"], pair["other_email"])
        assert len({humans[workspace, email] for email in both}) == 1
        assert len({people[email] for email in both if email in people}) <= 1


@in_both
def test_mistyped_pairs_are_two_persons_and_one_human(folder: Folder, workspace: str) -> None:
    people, humans = person_of(folder, workspace), human_of(folder)
    for pair in pairs(folder, "typo", workspace):
        both = (pair["email"], pair["other_email"])
        assert (len({people[email] for email in both}), len({humans[workspace, email] for email in both})) == (2, 1)


@in_both
def test_traps_are_two_persons_and_two_humans(folder: Folder, workspace: str) -> None:
    people, humans = person_of(folder, workspace), human_of(folder)
    traps = pairs(folder, "different", workspace)
    assert {trap["how"] for trap in traps} == {
        *("plus_tag", "dots", "same_name", "one_letter", "same_local_part", "role_address", "same_phone", "keep_apart"),
    }
    for pair in traps:
        both = (pair["email"], pair["other_email"])
        assert (len({people[email] for email in both}), len({humans[workspace, email] for email in both})) == (2, 2)


@in_both
def test_every_address_of_a_row_has_its_human(folder: Folder, workspace: str) -> None:
    shown = {row["email_address"].strip().lower() for row in folder.kit[workspace]["subscribers"]}
    shown |= {
        row["customer"]["email"].strip().lower()
        for row in folder.thrivecart[workspace]["transactions"]
        if row["mode"] == "live"
    }
    assert {(workspace, email) for email in shown} <= set(human_of(folder))


@in_both
def test_a_kept_apart_pair_is_tied_by_the_mailbox_of_one_and_the_number_of_the_other(
    folder: Folder, workspace: str
) -> None:
    other = folder.rows(workspace, "apart.two@gmail.com")[0]
    (between,) = folder.rows(workspace, "apart.one+gift@gmail.com")
    assert between["customer"]["id"] == other["customer"]["id"]
    assert person_of(folder, workspace)["apart.one+gift@gmail.com"] == "apart.one@gmail.com"


@in_both
def test_an_office_buys_under_the_numbers_of_three_people(folder: Folder, workspace: str) -> None:
    numbers = [row["customer"]["id"] for row in folder.rows(workspace, "info@harbour-choir.example")]
    own = [folder.rows(workspace, f"choir.{who}@example.com")[0]["customer"]["id"] for who in ("alto", "bass", "tenor")]
    assert (numbers, len(set(own))) == (own, 3)


@in_both
def test_merged_contacts_name_only_the_one_before(folder: Folder, workspace: str) -> None:
    first, second, third = (
        folder.attended(workspace, f"merged.{which}@example.com") for which in ("first", "second", "third")
    )
    assert [row["merged_contact_ids"] for row in (first, second, third)] == [
        "",
        first["contact_id"],
        second["contact_id"],
    ]


@in_both
def test_a_contact_names_its_further_addresses(folder: Folder, workspace: str) -> None:
    row = folder.attended(workspace, "more.addresses@example.com")
    assert row["additional_emails"] == "more.addresses.office@example.org;More.Addresses.Old@example.net"


@in_both
def test_a_family_has_one_phone_and_one_postal_code(folder: Folder, workspace: str) -> None:
    rows = [folder.attended(workspace, f"{who}.sharing@example.com") for who in ("ole", "pia", "rolf")]
    assert {(row["phone"], row["postal_code"]) for row in rows} == {("+49 341 555 0177", "04109")}
    assert len({row["first_name"] for row in rows}) == 3


@in_both
def test_a_link_of_the_chain_was_never_seen(folder: Folder, workspace: str) -> None:
    people = person_of(folder, workspace)
    assert "chain.never.seen@example.net" not in people
    assert {people[f"chain.{which}@example.net"] for which in ("one", "three", "four")} == {"chain.one@example.net"}


@in_both
def test_an_address_that_only_a_webhook_told_belongs_to_the_customer_since_then(folder: Folder, workspace: str) -> None:
    """The customer number of the webhook ties the address to the payments; before there were webhooks nothing does."""
    known = {row["other_email"]: row["how"] for row in pairs(folder, "safe", workspace)}
    days = {email[len("renamed.") :][:10] for email in known if email.startswith("renamed.")}
    told = {
        delivery["body"]["customer"]["email"][len("renamed.") :][:10]
        for delivery in folder.deliveries[workspace]
        if delivery["body"]["event"].endswith("updated")
        and delivery["body"]["customer"]["email"].startswith("renamed.")
    }
    assert days == told != set()
    unmatched = {row["email"] for row in folder.table("truth/unmatched.csv") if row["workspace_id"] == workspace}
    assert f"renamed.{START.replace(day=11)}@example.com" in unmatched


def test_a_smaller_crowd_has_fewer_typists(folder: Folder, tmp_path: Path) -> None:
    generate(tmp_path, start=START, today=TODAY, scale=SMALLEST * 20)
    larger = Folder(tmp_path)
    assert all(
        len(pairs(folder, "typo", workspace)) < len(pairs(larger, "typo", workspace)) for workspace in WORKSPACES
    )
