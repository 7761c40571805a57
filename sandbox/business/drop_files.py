"""The files that people put into a drop folder: what podcasts and letters cost, and who came to a webinar."""

from pathlib import Path

from sandbox.business.business import Business
from sandbox.business.people import contact_number
from sandbox.business.records import Contact
from sandbox.business.spend import Spot
from sandbox.business.tabular import write_table
from sandbox.business.workspaces import Connection, Workspace, drop_folder

AD_SPEND_COLUMNS = (
    *("date", "platform", "account_id", "account_name", "account_timezone", "currency", "campaign_id"),
    *("campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("spend", "impressions", "clicks"),
)
CONTACTS_COLUMNS = (
    *("email", "first_name", "last_name", "created_at"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "referrer", "tags"),
    *("contact_id", "phone", "postal_code", "additional_emails", "merged_contact_ids"),
)


def write_drop_files(business: Business, connection: Connection, folder: Path) -> None:
    """Write a spend file per platform and year, and a file of contacts; rows oldest first."""
    drop = drop_folder(folder, connection.connection_id)
    # Those of an earlier generation may be of years that this business has not lived.
    for earlier in (*drop.glob("ad_spend_*.csv"), *drop.glob("contacts_webinar.csv")):
        earlier.unlink()
    spots = [spot for spot in business.spend.spots if spot.campaign.connection_id == connection.connection_id]
    for platform, year in sorted({(spot.campaign.platform, spot.day.year) for spot in spots}):
        rows = [
            _spend_row(spot, connection)
            for spot in spots
            if (spot.campaign.platform, spot.day.year) == (platform, year)
        ]
        write_table(drop / f"ad_spend_{platform}_{year}.csv", AD_SPEND_COLUMNS, rows)
    for books in business.books:
        contacts = [contact for contact in books.contacts if contact.connection_id == connection.connection_id]
        if contacts:
            rows = [_contact_row(contact, books.workspace) for contact in contacts]
            write_table(drop / "contacts_webinar.csv", CONTACTS_COLUMNS, rows)


def _spend_row(spot: Spot, connection: Connection) -> dict[str, object]:
    campaign = spot.campaign
    return {
        "date": spot.day,
        "platform": campaign.platform,
        "account_timezone": connection.time_zone,
        "currency": connection.currency,
        "campaign_name": campaign.name,
        "utm_source": "podcast" if campaign.platform == "podcast" else campaign.utm_campaign,
        "utm_medium": "podcast" if campaign.platform == "podcast" else "sponsorship",
        "utm_campaign": campaign.utm_campaign,
        "spend": f"{spot.spend // 100}.{spot.spend % 100:02d}",
        "impressions": spot.audience,
        "clicks": spot.clicks,
    }


def _contact_row(contact: Contact, workspace: Workspace) -> dict[str, object]:
    touch = contact.touch
    return {
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "created_at": contact.created_at.astimezone(workspace.zone).isoformat(),
        "utm_source": touch and touch.utm_source,
        "utm_medium": touch and touch.utm_medium,
        "utm_campaign": touch and touch.utm_campaign,
        "utm_content": touch and touch.utm_content,
        "utm_term": touch and touch.utm_term,
        "referrer": touch and touch.referrer,
        "tags": ";".join(dict.fromkeys(tag for tag, _ in contact.tags)),
        "contact_id": _number(contact),
        "phone": contact.phone,
        "postal_code": contact.postal_code,
        "additional_emails": ";".join(contact.additional_emails),
        "merged_contact_ids": ";".join(map(_number, contact.merged)),
    }


def _number(contact: Contact) -> str:
    return contact_number(contact.connection_id, contact.address)
