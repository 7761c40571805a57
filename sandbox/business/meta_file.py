"""An ad account as Meta shows it: daily rows at ad level and at account level, every number as text."""

from collections import Counter
from datetime import date
from typing import Any

from sandbox.business.business import Business
from sandbox.business.records import Contact
from sandbox.business.spend import AdDay
from sandbox.business.workspaces import Connection

Row = dict[str, Any]
_VALUE_OF_A_CLAIMED_PURCHASE = 97


def meta_file(business: Business, connection: Connection) -> Row:
    """Return what is kept of one ad account, days oldest first.

    What deleted ads cost is in the account's rows only; lists name them, as deleted.
    """
    ad_days = [day for day in business.spend.ad_days if day.ad.campaign.connection_id == connection.connection_id]
    contacts = [
        contact
        for books in business.books
        if books.workspace.workspace_id == connection.workspace_id
        for contact in books.contacts
    ]
    leads = _leads(contacts)
    by_day: dict[date, list[AdDay]] = {}
    for ad_day in ad_days:
        by_day.setdefault(ad_day.day, []).append(ad_day)
    return {
        "access_token": connection.secrets["ACCESS_TOKEN"],
        "account_id": connection.vendor_account_id,
        "account_currency": connection.currency,
        "name": connection.name,
        "timezone_name": connection.time_zone,
        **_lists(business, connection),
        "ad_rows": [
            _ad_row(ad_day, connection, leads[ad_day.ad.ad_id, ad_day.day])
            for ad_day in ad_days
            if not ad_day.ad.is_deleted
        ],
        "account_rows": [_account_row(day, shown, connection) for day, shown in by_day.items()],
    }


def _lists(business: Business, connection: Connection) -> Row:
    """Return campaigns, ad sets and ads that have run, with the status they have now."""
    ads = dict.fromkeys(
        ad_day.ad for ad_day in business.spend.ad_days if ad_day.ad.campaign.connection_id == connection.connection_id
    )
    lists: dict[str, dict[str, Row]] = {"campaigns": {}, "adsets": {}, "ads": {}}
    for ad in ads:
        campaign = ad.campaign
        status = "ACTIVE" if campaign.runs_on(business.span.today, business.span) else "PAUSED"
        in_campaign = {"campaign_id": campaign.campaign_id}
        in_ad_set = {**in_campaign, "adset_id": ad.ad_set_id}
        lists["campaigns"][campaign.campaign_id] = _listed(connection, campaign.campaign_id, campaign.name, status)
        lists["adsets"][ad.ad_set_id] = _listed(connection, ad.ad_set_id, ad.ad_set_name, status) | in_campaign
        lists["ads"][ad.ad_id] = (
            _listed(connection, ad.ad_id, ad.name, "DELETED" if ad.is_deleted else status) | in_ad_set
        )
    return {edge: list(rows.values()) for edge, rows in lists.items()}


def _listed(connection: Connection, entity_id: str, name: str, status: str) -> Row:
    own = {"id": entity_id, "account_id": connection.vendor_account_id, "name": name}
    return own | {"status": status, "effective_status": status}


def _leads(contacts: list[Contact]) -> Counter[tuple[str, date]]:
    """Count contacts by ad and UTC day, which is how Meta's pixel might see them."""
    return Counter(
        (contact.touch.ad.ad_id, contact.created_at.date())
        for contact in contacts
        if contact.touch and contact.touch.ad
    )


def _ad_row(ad_day: AdDay, connection: Connection, leads: int) -> Row:
    ad = ad_day.ad
    row = {
        **_account(connection),
        "campaign_id": ad.campaign.campaign_id,
        "campaign_name": ad.campaign.name,
        "adset_id": ad.ad_set_id,
        "adset_name": ad.ad_set_name,
        "ad_id": ad.ad_id,
        "ad_name": ad.name,
        **_days(ad_day.day),
        "impressions": str(ad_day.impressions),
        "clicks": str(ad_day.clicks),
        "inline_link_clicks": str(ad_day.link_clicks),
        "reach": str(ad_day.reach),
        "spend": _money(ad_day.spend),
        "attribution_setting": "7d_click_1d_view",
    }
    actions = []
    if ad_day.link_clicks:
        actions.append({"action_type": "link_click", "value": str(ad_day.link_clicks)})
    if leads:
        actions.append({"action_type": "lead", "value": str(leads), "7d_click": str(leads)})
    # Meta claims purchases of its own, by its own rules: they agree with no order.
    purchases = ad_day.clicks // 25
    if purchases and ad.lead_weight:
        value = f"{purchases * _VALUE_OF_A_CLAIMED_PURCHASE}.00"
        actions.append({"action_type": "purchase", "value": str(purchases), "7d_click": str(purchases)})
        row["action_values"] = [{"action_type": "purchase", "value": value, "7d_click": value}]
    if actions:
        row["actions"] = actions
    return row


def _account_row(day: date, ad_days: list[AdDay], connection: Connection) -> Row:
    return {
        **_account(connection),
        **_days(day),
        "impressions": str(sum(ad_day.impressions for ad_day in ad_days)),
        "clicks": str(sum(ad_day.clicks for ad_day in ad_days)),
        "spend": _money(sum(ad_day.spend for ad_day in ad_days)),
    }


def _account(connection: Connection) -> Row:
    return {
        "account_id": connection.vendor_account_id,
        "account_currency": connection.currency,
        "account_name": connection.name,
    }


def _days(day: date) -> Row:
    return {"date_start": day.isoformat(), "date_stop": day.isoformat()}


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
