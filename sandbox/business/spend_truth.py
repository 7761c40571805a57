"""The true answers about what ads cost, in cents of the currency of their account."""

from collections import Counter
from datetime import date

from sandbox.business.business import Business
from sandbox.business.campaigns import Campaign
from sandbox.business.workspaces import CONNECTIONS

Row = dict[str, object]
_CURRENCIES = {connection.connection_id: connection.currency for connection in CONNECTIONS}


def campaign_spend_rows(business: Business) -> list[Row]:
    """Return spend by campaign as reports list it; what deleted ads cost is `unallocated` in its account."""
    listed: Counter[Campaign] = Counter()
    unallocated: Counter[str] = Counter()
    workspaces: dict[str, str] = {}
    for ad_day in business.spend.ad_days:
        campaign = ad_day.ad.campaign
        workspaces[campaign.connection_id] = campaign.workspace_id
        if ad_day.ad.is_deleted:
            unallocated[campaign.connection_id] += ad_day.spend
        else:
            listed[campaign] += ad_day.spend
    for spot in business.spend.spots:
        listed[spot.campaign] += spot.spend
    rows = [
        _row(campaign.workspace_id, campaign.connection_id, campaign.platform, cents)
        | {"campaign_id": campaign.campaign_id, "campaign_name": campaign.name}
        for campaign, cents in listed.items()
    ]
    rows += [
        _row(workspaces[connection_id], connection_id, "meta", cents)
        | {"campaign_id": "unallocated", "campaign_name": "Unallocated"}
        for connection_id, cents in unallocated.items()
    ]
    return sorted(rows, key=lambda row: (str(row["connection_id"]), str(row["campaign_id"])))


def day_spend_rows(business: Business) -> list[Row]:
    """Return spend by account and day of the account, deleted ads included."""
    spent: Counter[tuple[str, str, date]] = Counter()
    for ad_day in business.spend.ad_days:
        spent[ad_day.ad.campaign.workspace_id, ad_day.ad.campaign.connection_id, ad_day.day] += ad_day.spend
    for spot in business.spend.spots:
        spent[spot.campaign.workspace_id, spot.campaign.connection_id, spot.day] += spot.spend
    return [
        {
            "workspace_id": workspace_id,
            "connection_id": connection_id,
            "day": day,
            "currency": _CURRENCIES[connection_id],
            "spend_cents": cents,
        }
        for (workspace_id, connection_id, day), cents in sorted(spent.items())
    ]


def _row(workspace_id: str, connection_id: str, platform: str, cents: int) -> Row:
    return {
        "workspace_id": workspace_id,
        "connection_id": connection_id,
        "platform": platform,
        "currency": _CURRENCIES[connection_id],
        "spend_cents": cents,
    }
