"""The raw tables of Meta's insights and what they are about, with the fields we ask for. Numbers are text, as sent."""

from ingestion.spend import RESTATED_SPEND
from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

AD_INSIGHTS = Table(
    name="ad_insights",
    description="One ad on one day of its account. Deleted ads can be missing. `spend` in the account's currency.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "account_id", "account_currency", "account_name", "campaign_id", "campaign_name"),
        **columns_of("text", "adset_id", "adset_name", "ad_id", "ad_name", "date_start", "date_stop"),
        **columns_of("text", "impressions", "clicks", "inline_link_clicks", "reach", "spend", "attribution_setting"),
        "actions": "json",
        "action_values": "json",
    },
    primary_key=("connection_id", "account_id", "date_start", "ad_id"),
    required=("account_id", "account_currency", "campaign_id", "ad_id", "date_start", "spend"),
    is_partitioned=True,
)

ACCOUNT_INSIGHTS = Table(
    name="account_insights",
    description="One ad account on one of its days: the truth of spend, in the account's currency.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "account_id", "account_currency", "account_name", "date_start", "date_stop"),
        **columns_of("text", "impressions", "clicks", "spend"),
    },
    primary_key=("connection_id", "account_id", "date_start"),
    required=("account_id", "account_currency", "date_start", "spend"),
    is_partitioned=True,
)

ACCOUNTS = Table(
    name="accounts",
    description="The ad account itself, with the currency and the zone that its days are in.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "account_id", "name", "currency", "timezone_name", "account_status"),
    },
    primary_key=("connection_id", "account_id"),
    required=("account_id", "currency", "timezone_name"),
)

CAMPAIGNS = Table(
    name="campaigns",
    description="Every campaign of the account, whatever its status.",
    columns={**COMMON_COLUMNS, **columns_of("text", "id", "account_id", "name", "status", "effective_status")},
    primary_key=("connection_id", "id"),
    required=("id", "status"),
)

AD_SETS = Table(
    name="ad_sets",
    description="Every ad set of the account, whatever its status.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "account_id", "campaign_id", "name", "status", "effective_status"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "status"),
)

ADS = Table(
    name="ads",
    description="Every ad of the account, whatever its status.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "account_id", "campaign_id", "adset_id", "name", "status", "effective_status"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "status"),
)

TABLES = (AD_INSIGHTS, ACCOUNT_INSIGHTS, ACCOUNTS, CAMPAIGNS, AD_SETS, ADS, RESTATED_SPEND, REJECTED_ROWS)
