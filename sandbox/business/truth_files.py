"""The files of true answers. They are computed from what happened in a business, never from the vendors' rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.business import identity_truth, lead_truth, money_truth, people_truth, spend_truth, webhook_truth
from sandbox.business.business import Business
from sandbox.business.checkout_links import CLICK_NAMES, UTM_NAMES
from sandbox.business.tabular import write_table


@dataclass(frozen=True)
class TruthFile:
    """A file of true answers: its name, its columns, and what computes its rows."""

    name: str
    columns: tuple[str, ...]
    rows_of: Callable[[Business], list[dict[str, object]]]


TRUTH_FILES = (
    TruthFile(
        "totals",
        ("workspace_id", "currency", "revenue_cents", "refund_cents", "transactions"),
        money_truth.total_rows,
    ),
    TruthFile(
        "revenue_by_day",
        (
            *("workspace_id", "day", "currency", "revenue_cents", "refund_cents"),
            *("reporting_revenue_cents", "reporting_refund_cents"),
        ),
        money_truth.day_rows,
    ),
    TruthFile(
        "revenue_by_product",
        ("workspace_id", "connection_id", "item_type", "item_id", "currency", "revenue_cents", "refund_cents"),
        money_truth.product_rows,
    ),
    TruthFile(
        "subscriptions",
        (
            *("workspace_id", "connection_id", "internal_subscription_id", "email", "item_type", "item_id", "currency"),
            *("thrivecart_status", "is_active", "started_at", "amount_cents", "frequency", "mrr_thirty_day_cents"),
        ),
        money_truth.subscription_rows,
    ),
    TruthFile(
        "spend_by_campaign",
        ("workspace_id", "connection_id", "platform", "campaign_id", "campaign_name", "currency", "spend_cents"),
        spend_truth.campaign_spend_rows,
    ),
    TruthFile(
        "spend_by_day",
        ("workspace_id", "connection_id", "day", "currency", "spend_cents"),
        spend_truth.day_spend_rows,
    ),
    TruthFile(
        "people",
        ("workspace_id", "email", "has_contact", "is_customer", "revenue_cents_reporting", "how", "person_email"),
        people_truth.people_rows,
    ),
    TruthFile("identities", ("workspace_id", "email", "human"), identity_truth.identity_rows),
    TruthFile("identity_pairs", ("workspace_id", "email", "other_email", "kind", "how"), identity_truth.pair_rows),
    TruthFile("unmatched", ("workspace_id", "email", "currency", "net_cents"), people_truth.unmatched_rows),
    TruthFile(
        "matched_totals",
        ("workspace_id", "matched_reporting_cents", "unmatched_reporting_cents"),
        people_truth.matched_rows,
    ),
    TruthFile(
        "first_touch_campaigns",
        ("workspace_id", "campaign_id", "leads", "net_reporting_cents", "platform"),
        people_truth.first_touch_rows,
    ),
    TruthFile(
        "leads",
        (
            *("workspace_id", "campaign_id", "lead_day", "age_months"),
            *("leads", "customers", "net_reporting_cents", "lead_net_reporting_cents"),
        ),
        lead_truth.lead_rows,
    ),
    TruthFile(
        "webhook_events",
        (
            *("connection_id", "mode", "is_listed", "kind", "order_id", "item_type", "item_id"),
            *("internal_subscription_id", "occurred_at", "currency", "cents"),
        ),
        webhook_truth.event_rows,
    ),
    TruthFile(
        "checkouts", ("connection_id", "order_id", "email", *UTM_NAMES, *CLICK_NAMES), webhook_truth.checkout_rows
    ),
    TruthFile(
        "subscription_changes",
        ("connection_id", "internal_subscription_id", "change", "occurred_at"),
        webhook_truth.change_rows,
    ),
    TruthFile(
        "affiliate_commissions",
        ("connection_id", "affiliate_id", "kind", "order_id", "occurred_at", "currency", "cents"),
        webhook_truth.commission_rows,
    ),
    TruthFile("abandoned_carts", ("connection_id", "email", "base_product", "occurred_at"), webhook_truth.cart_rows),
)


def write_truth(business: Business, folder: Path) -> None:
    """Write all files of true answers into `truth/`."""
    for file in TRUTH_FILES:
        write_table(folder / "truth" / f"{file.name}.csv", file.columns, file.rows_of(business))
