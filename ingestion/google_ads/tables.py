"""The raw tables of Google Ads. A column is named after the field of Google's query language, with `_` for its dots."""

from dataclasses import dataclass

from ingestion.spend import RESTATED_SPEND
from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table


@dataclass(frozen=True)
class Report:
    """A table and the question that fills it: the fields that are selected, from a resource."""

    table: Table
    resource: str
    fields: tuple[str, ...]


ACCOUNT = ("customer.id", "customer.currency_code", "customer.time_zone")
METRICS = {
    "metrics.cost_micros": "bigint",
    "metrics.impressions": "bigint",
    "metrics.clicks": "bigint",
    # Google's own claims, which are fractions where several ads share one.
    "metrics.conversions": "text",
    "metrics.conversions_value": "text",
}


def column_of(field: str) -> str:
    """Name the column of a field."""
    return field.replace(".", "_")


def _columns(*fields: str) -> dict[str, str]:
    return {**COMMON_COLUMNS, **{column_of(field): METRICS.get(field, "text") for field in fields}}


def _report(
    name: str,
    resource: str,
    description: str,
    key: tuple[str, ...],
    required: tuple[str, ...],
    fields: tuple[str, ...],
    is_partitioned: bool = False,
) -> Report:
    table = Table(
        name=name,
        description=description,
        columns=_columns(*fields),
        primary_key=("connection_id", *map(column_of, key)),
        required=tuple(map(column_of, (*key, *required))),
        is_partitioned=is_partitioned,
    )
    return Report(table, resource, fields)


CAMPAIGN_DAYS = _report(
    "campaign_days",
    "campaign",
    "One campaign on one day of its account: the truth of spend, in millionths of the account's currency.",
    key=("customer.id", "segments.date", "campaign.id"),
    required=("customer.currency_code", "customer.time_zone", "metrics.cost_micros"),
    fields=(*ACCOUNT, "campaign.id", "segments.date", *METRICS),
    is_partitioned=True,
)

AD_DAYS = _report(
    "ad_days",
    "ad_group_ad",
    "One ad on one day of its account: detail, as campaigns such as Performance Max have no ads. "
    "`metrics_cost_micros` in millionths of the account's currency.",
    key=("customer.id", "segments.date", "ad_group.id", "ad_group_ad.ad.id"),
    required=("customer.currency_code", "customer.time_zone", "campaign.id", "metrics.cost_micros"),
    fields=(*ACCOUNT, "campaign.id", "ad_group.id", "ad_group_ad.ad.id", "segments.date", *METRICS),
    is_partitioned=True,
)

CAMPAIGNS = _report(
    "campaigns",
    "campaign",
    "Every campaign of the account, removed ones too.",
    key=("customer.id", "campaign.id"),
    required=("campaign.status",),
    fields=("customer.id", "campaign.id", "campaign.name", "campaign.status", "campaign.advertising_channel_type"),
)

AD_GROUPS = _report(
    "ad_groups",
    "ad_group",
    "Every ad group of the account, removed ones too.",
    key=("customer.id", "ad_group.id"),
    required=("campaign.id", "ad_group.status"),
    fields=("customer.id", "campaign.id", "ad_group.id", "ad_group.name", "ad_group.status"),
)

ADS = _report(
    "ads",
    "ad_group_ad",
    "Every ad of the account, removed ones too. Many have no name.",
    key=("customer.id", "ad_group.id", "ad_group_ad.ad.id"),
    required=("campaign.id", "ad_group_ad.status"),
    fields=(
        *("customer.id", "campaign.id", "ad_group.id", "ad_group_ad.ad.id", "ad_group_ad.ad.name"),
        *("ad_group_ad.ad.type", "ad_group_ad.status"),
    ),
)

LISTS = (CAMPAIGNS, AD_GROUPS, ADS)
TABLES = (*(report.table for report in (CAMPAIGN_DAYS, AD_DAYS, *LISTS)), RESTATED_SPEND, REJECTED_ROWS)
