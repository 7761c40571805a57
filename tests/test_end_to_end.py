"""The marts against the generator's own answers, to the cent.

The generator counts from its own objects before any of them becomes a vendor's row; none of its code is shared with
what is tested here. All amounts are compared as whole cents; refunds are negative.
"""

from typing import Any

import pandas
import pytest

from tests.road import Road

Cents = dict[tuple[Any, ...], Any]


def from_truth(road: Road, name: str, keys: list[str], *values: str) -> Cents:
    """Sum the answers of a table by key. Rows in which nothing happened are left out on both sides."""
    frame = road.truth(name)
    assert len(frame) > 0, f"the generator has no answer for {name}"
    for value in values:
        frame[value] = frame[value].astype(int)
    summed = frame.groupby(keys)[list(values)].sum()
    return {
        key_of(key): tuple(map(int, row)) for key, row in zip(summed.index, summed.to_numpy(), strict=True) if any(row)
    }


def from_marts(road: Road, sql: str, keys: int) -> Cents:
    """Take the answers of a query by its first columns; the rest are whole cents or counts."""
    return {key_of(row[:keys]): tuple(map(int, row[keys:])) for row in road.rows(sql) if any(row[keys:])}


def key_of(key: Any) -> tuple[str, ...]:
    return tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)


def test_revenue_and_refunds_by_day_in_the_workspaces_zone(travelled_road: Road) -> None:
    sql = """
        select
            workspace_id, occurred_date, currency,
            coalesce(sum(amount) filter (where transaction_type in ('charge', 'rebill')), 0) * 100,
            coalesce(sum(amount) filter (where transaction_type = 'refund'), 0) * 100
        from marts.fct_transactions
        group by all
    """
    assert from_marts(travelled_road, sql, 3) == from_truth(
        travelled_road, "revenue_by_day", ["workspace_id", "day", "currency"], "revenue_cents", "refund_cents"
    )


def test_revenue_and_refunds_by_day_in_the_reporting_currency(travelled_road: Road) -> None:
    sql = """
        select
            workspace_id, occurred_date,
            coalesce(sum(reporting_amount) filter (where transaction_type in ('charge', 'rebill')), 0) * 100,
            coalesce(sum(reporting_amount) filter (where transaction_type = 'refund'), 0) * 100
        from marts.fct_transactions
        group by all
    """
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road,
        "revenue_by_day",
        ["workspace_id", "day"],
        "reporting_revenue_cents",
        "reporting_refund_cents",
    )


def test_revenue_and_refunds_by_product(travelled_road: Road) -> None:
    sql = """
        select
            products.workspace_id, products.connection_id, products.item_type, products.item_id, transactions.currency,
            coalesce(sum(amount) filter (where transaction_type in ('charge', 'rebill')), 0) * 100,
            coalesce(sum(amount) filter (where transaction_type = 'refund'), 0) * 100
        from marts.fct_transactions as transactions
        inner join marts.dim_products as products using (product_id)
        group by all
    """
    assert from_marts(travelled_road, sql, 5) == from_truth(
        travelled_road,
        "revenue_by_product",
        ["workspace_id", "connection_id", "item_type", "item_id", "currency"],
        "revenue_cents",
        "refund_cents",
    )


def test_every_live_transaction_is_there_once_and_no_test_is(travelled_road: Road) -> None:
    sql = "select workspace_id, currency, count(*) from marts.fct_transactions group by all"
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road, "totals", ["workspace_id", "currency"], "transactions"
    )


def test_orders_carry_all_of_the_cash(travelled_road: Road) -> None:
    sql = """
        select
            workspace_id, currency,
            sum(first_payment_amount + rebill_amount) * 100, -sum(refunded_amount) * 100
        from marts.fct_orders
        group by all
    """
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road, "totals", ["workspace_id", "currency"], "revenue_cents", "refund_cents"
    )


def test_every_subscription_has_its_true_status_and_policy(travelled_road: Road) -> None:
    truth = travelled_road.truth("subscriptions")
    expected = {
        (row.connection_id, row.internal_subscription_id): (row.thrivecart_status, row.is_active == "1")
        for row in truth.itertuples()
    }
    rows = travelled_road.rows(
        "select connection_id, subscription_number, thrivecart_status, is_active from marts.dim_subscriptions"
    )
    assert {(connection, number): (status, active) for connection, number, status, active in rows} == expected


def test_active_subscriptions_are_counted_right(travelled_road: Road) -> None:
    sql = "select workspace_id, count(*) from marts.dim_subscriptions where is_active group by all"
    assert from_marts(travelled_road, sql, 1) == from_truth(
        travelled_road, "subscriptions", ["workspace_id"], "is_active"
    )


def test_every_subscription_has_its_true_mrr(travelled_road: Road) -> None:
    sql = "select connection_id, subscription_number, coalesce(mrr_amount, 0) * 100 from marts.dim_subscriptions"
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road, "subscriptions", ["connection_id", "internal_subscription_id"], "mrr_thirty_day_cents"
    )


def test_every_subscription_started_when_it_did(travelled_road: Road) -> None:
    truth = travelled_road.truth("subscriptions")
    expected = {
        (row.connection_id, row.internal_subscription_id): pandas.Timestamp(row.started_at)
        for row in truth.itertuples()
    }
    rows = travelled_road.rows("select connection_id, subscription_number, started_at from marts.dim_subscriptions")
    assert {(connection, number): pandas.Timestamp(started) for connection, number, started in rows} == expected


def test_spend_by_campaign(travelled_road: Road) -> None:
    sql = """
        select workspace_id, connection_id, platform, campaign_id, currency, sum(spend_amount) * 100
        from marts.fct_ad_spend
        group by all
    """
    assert from_marts(travelled_road, sql, 5) == from_truth(
        travelled_road,
        "spend_by_campaign",
        ["workspace_id", "connection_id", "platform", "campaign_id", "currency"],
        "spend_cents",
    )


def test_spend_by_day_of_the_ad_account(travelled_road: Road) -> None:
    sql = """
        select workspace_id, connection_id, spend_date, currency, sum(spend_amount) * 100
        from marts.fct_ad_spend
        group by all
    """
    assert from_marts(travelled_road, sql, 4) == from_truth(
        travelled_road, "spend_by_day", ["workspace_id", "connection_id", "day", "currency"], "spend_cents"
    )


def test_matched_and_unmatched_revenue(travelled_road: Road) -> None:
    sql = """
        select
            workspace_id,
            sum(reporting_amount) filter (where is_matched) * 100,
            sum(reporting_amount) filter (where not is_matched) * 100
        from marts.fct_transactions
        group by all
    """
    assert from_marts(travelled_road, sql, 1) == from_truth(
        travelled_road, "matched_totals", ["workspace_id"], "matched_reporting_cents", "unmatched_reporting_cents"
    )


def test_every_unmatched_address_is_listed_with_its_money(travelled_road: Road) -> None:
    sql = "select workspace_id, email, currency, amount * 100 from marts.rpt_unmatched_revenue"
    assert from_marts(travelled_road, sql, 3) == from_truth(
        travelled_road, "unmatched", ["workspace_id", "email", "currency"], "net_cents"
    )


def test_every_person_has_all_of_their_money(travelled_road: Road) -> None:
    # A person with several addresses has a row of truth for each; the warehouse knows which belong together.
    sql = """
        select emails.workspace_id, emails.email, emails.person_id, people.reporting_lifetime_net_amount * 100
        from marts.bridge_person_emails as emails
        inner join marts.dim_people as people using (person_id)
    """
    person_of, in_marts = {}, {}
    for workspace, email, person, cents in travelled_road.rows(sql):
        person_of[workspace, email] = person
        in_marts[person] = int(cents)
    expected: dict[str, int] = dict.fromkeys(in_marts, 0)
    for row in travelled_road.truth("people").itertuples():
        expected[person_of[row.workspace_id, row.email]] += int(row.revenue_cents_reporting)
    assert in_marts == expected


def test_campaigns_have_the_money_of_the_people_they_brought_first(travelled_road: Road) -> None:
    sql = """
        select workspace_id, campaign_id, sum(reporting_net_amount) * 100
        from marts.rpt_roi_daily
        where model = 'first_touch' and campaign_id <> 'unallocated'
        group by all
    """
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road, "first_touch_campaigns", ["workspace_id", "campaign_id"], "net_reporting_cents"
    )


def test_campaigns_have_the_leads_they_brought_first(travelled_road: Road) -> None:
    sql = """
        select workspace_id, campaign_id, sum(leads)
        from marts.rpt_roi_daily
        where model = 'first_touch' and campaign_id <> 'unallocated'
        group by all
    """
    assert from_marts(travelled_road, sql, 2) == from_truth(
        travelled_road, "first_touch_campaigns", ["workspace_id", "campaign_id"], "leads"
    )


def test_a_lead_day_of_a_campaign_has_all_that_its_people_have_paid(travelled_road: Road) -> None:
    sql = """
        select
            workspace_id,
            case when platform in ('no_ad', 'unattributed', 'before_tracking') then '' else campaign_id end,
            lead_date, sum(leads), sum(customers), sum(reporting_net_amount) * 100, sum(reporting_lead_net_amount) * 100
        from marts.rpt_roi_by_lead_date
        where model = 'first_touch'
        group by all
    """
    assert from_marts(travelled_road, sql, 3) == from_truth(
        travelled_road,
        "leads",
        ["workspace_id", "campaign_id", "lead_day"],
        *("leads", "customers", "net_reporting_cents", "lead_net_reporting_cents"),
    )


@pytest.mark.parametrize("breakdown", ["all", "campaign"])
def test_a_cohort_has_what_its_people_had_paid_by_each_age(travelled_road: Road, breakdown: str) -> None:
    truth = travelled_road.truth("leads")
    truth["lead_month"] = truth["lead_day"].str[:8] + "01"
    keys = ["workspace_id", "campaign_id", "lead_month"] if breakdown == "campaign" else ["workspace_id", "lead_month"]
    measures = ["customers", "net_reporting_cents", "lead_net_reporting_cents"]
    truth[["age_months", "leads", *measures]] = truth[["age_months", "leads", *measures]].astype(int)
    leads = truth.groupby(keys)["leads"].sum()
    by_age = truth.groupby([*keys, "age_months"])[measures].sum().unstack("age_months", fill_value=0)
    label = "campaign_id" if breakdown == "campaign" else "''"
    found = travelled_road.rows(
        f"""
        select
            workspace_id, coalesce({label}, ''), lead_month, age_months, max(leads) as leads,
            sum(customers), sum(reporting_net_so_far_amount) * 100, sum(reporting_lead_net_so_far_amount) * 100
        from marts.rpt_lead_cohorts
        where model = 'first_touch' and breakdown = ? and is_complete
            and (platform is null or platform not in ('no_ad', 'unattributed', 'before_tracking'))
        group by all
        having leads > 0
        """,
        breakdown,
    )
    assert len({age for _, _, _, age, *_ in found}) > 12
    for workspace, campaign, month, age, of_leads, *sums in found:
        key = (workspace, campaign, str(month)) if breakdown == "campaign" else (workspace, str(month))
        so_far = [int(by_age[measure].loc[key, :age].sum()) for measure in measures]
        assert (int(of_leads), list(map(int, sums))) == (int(leads[key]), so_far), key


def test_the_month_that_is_not_over_is_in_no_cohort(travelled_road: Road) -> None:
    sql = """
        select count(*), count(customers), count(reporting_net_so_far_amount), count(paid_back_ratio)
        from marts.rpt_lead_cohorts
        where month >= date_trunc('month', current_date + interval 1 day)
    """
    ((cells, *filled),) = travelled_road.rows(sql)
    assert cells > 0
    assert filled == [0, 0, 0]


SUMMED_MODELS = [
    "first_touch",
    "opt_in",
    "last_touch",
    "last_paid_touch",
    "linear",
    "position_based",
    "time_decay",
]


@pytest.mark.parametrize("model", SUMMED_MODELS)
def test_each_attribution_model_shares_out_all_of_the_cash(travelled_road: Road, model: str) -> None:
    shared = travelled_road.rows(
        "select workspace_id, sum(reporting_amount) * 100 from marts.fct_attribution where model = ? group by all",
        model,
    )
    expected = from_truth(
        travelled_road,
        "matched_totals",
        ["workspace_id"],
        "matched_reporting_cents",
        "unmatched_reporting_cents",
    )
    assert {(workspace,): int(cents) for workspace, cents in shared} == {
        workspace: sum(cents) for workspace, cents in expected.items()
    }


def test_the_report_has_all_of_the_spend(travelled_road: Road) -> None:
    # Ad days carry their own rate, so the sum is taken from the truth in each account's currency.
    sql = """
        select workspace_id, spend_date, currency, sum(spend_amount) * 100
        from marts.fct_ad_spend
        group by all
    """
    in_report = travelled_road.rows(
        "select workspace_id, sum(reporting_spend_amount) from marts.rpt_roi_daily where model = 'linear' group by all"
    )
    in_facts = travelled_road.rows(
        "select workspace_id, sum(reporting_spend_amount) from marts.fct_ad_spend group by all"
    )
    assert sorted(in_report) == sorted(in_facts)
    assert from_marts(travelled_road, sql, 3) == from_truth(
        travelled_road, "spend_by_day", ["workspace_id", "day", "currency"], "spend_cents"
    )
