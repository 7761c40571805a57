"""The same random lives under other policies: what MRR is in all its intervals ends in what dim_subscriptions says."""

import json

import pytest

from tests.dbt.raw_rows import RawWarehouse
from tests.dbt.subscription_lives import told_lives, wild_lives, write_down
from tests.dbt.test_subscription_lives import drawn

LIVES = 300
BEFORE_POLICIES = ("int_subscription_periods", "int_subscription_terms_resolved", "int_subscription_statuses_latest")
BY_POLICIES = (
    "int_billing_frequencies_normalised",
    "int_subscription_plan_periods",
    "int_subscription_active_periods",
    "int_subscription_mrr_periods",
    "dim_subscriptions",
)
CHECKS = ("assert_mrr_periods_lead_to_the_mrr_of_now", "assert_mrr_periods_have_no_gaps")
# Any two of the four meet in all of their values.
POLICIES = [
    (True, 30, False, "thirty_day"),
    (True, 0, True, "calendar_month"),
    (False, 30, True, "calendar_month"),
    (False, 0, False, "calendar_month"),
    (False, 0, True, "thirty_day"),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawWarehouse:
    warehouse = RawWarehouse(tmp_path_factory.mktemp("policies"))
    lives = drawn(wild_lives(), LIVES) + drawn(told_lives(), LIVES)
    write_down(warehouse, [life.numbered(number) for number, life in enumerate(lives)])
    selected = [f"+{model}" for model in (*BEFORE_POLICIES, "dim_subscriptions")]
    warehouse.dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
    return warehouse


@pytest.mark.parametrize(("paused", "grace", "plans", "normalisation"), POLICIES)
def test_the_open_interval_is_worth_what_the_subscription_is(
    warehouse: RawWarehouse, paused: bool, grace: int, plans: bool, normalisation: str
) -> None:
    variables = {
        "paused_counts_as_active": paused,
        "past_due_grace_days": grace,
        "payment_plans_count_as_mrr": plans,
        "mrr_normalisation": normalisation,
    }
    selected = (*BY_POLICIES, *CHECKS)
    said = warehouse.dbt(
        "build", "--select", *selected, "--indirect-selection", "empty", "--vars", json.dumps(variables)
    )
    assert f"PASS={len(selected)} " in said
    assert warehouse.rows("select count(*) > 20 from marts.dim_subscriptions where mrr_amount > 0") == [(True,)]
