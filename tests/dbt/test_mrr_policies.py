"""The same random lives under other policies: the MRR of now is that of status and plan, whichever of them count."""

import json

import pytest

from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import RawWarehouse
from tests.dbt.subscription_lives import told_lives, wild_lives, write_down

LIVES = 300
BEFORE_POLICIES = ("int_subscription_periods", "int_subscription_terms_resolved", "int_subscription_statuses_latest")
BY_POLICIES = (
    "int_billing_frequencies_normalised",
    "int_subscription_plan_periods",
    "int_subscription_active_periods",
    "int_subscription_mrr_periods",
    "dim_subscriptions",
)
CHECKS = ("assert_only_what_counts_brings_mrr", "subscription_mrr_without_gap_and_overlap")
# Any two of the five meet in all of their values.
POLICIES = [
    (True, 30, False, "thirty_day", "cancellation"),
    (True, 0, True, "calendar_month", "cancellation"),
    (False, 30, True, "calendar_month", "period_end"),
    (False, 0, False, "calendar_month", "cancellation"),
    (False, 0, True, "thirty_day", "cancellation"),
    (True, 0, False, "thirty_day", "period_end"),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawWarehouse:
    warehouse = RawWarehouse(tmp_path_factory.mktemp("policies"))
    lives = drawn(wild_lives(), LIVES) + drawn(told_lives(), LIVES)
    write_down(warehouse, [life.numbered(number) for number, life in enumerate(lives)])
    selected = [f"+{model}" for model in (*BEFORE_POLICIES, "dim_subscriptions")]
    warehouse.dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
    return warehouse


@pytest.mark.parametrize(("paused", "grace", "plans", "normalisation", "ends_at"), POLICIES)
def test_a_subscription_brings_what_the_policies_count(
    warehouse: RawWarehouse, paused: bool, grace: int, plans: bool, normalisation: str, ends_at: str
) -> None:
    variables = {
        "paused_counts_as_active": paused,
        "past_due_grace_days": grace,
        "payment_plans_count_as_mrr": plans,
        "mrr_normalisation": normalisation,
        "mrr_ends_at": ends_at,
    }
    selected = (*BY_POLICIES, *CHECKS)
    said = warehouse.dbt(
        "build", "--select", *selected, "--indirect-selection", "empty", "--vars", json.dumps(variables)
    )
    assert f"PASS={len(selected)} " in said
    assert warehouse.rows("select count(*) > 20 from marts.dim_subscriptions where mrr_amount > 0") == [(True,)]
