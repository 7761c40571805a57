"""Ad accounts written by hand, as the sandbox serves them, and a project that is connected to them."""

import json
from pathlib import Path
from typing import Any

from sandbox.serving import Sandbox
from tests.ingestion.conftest import Project

GOOGLE_SECRETS = ("client-id-of-acme_google", "client-secret-of-acme_google", "refresh-token-of-acme_google")


def google_account(**given: Any) -> dict[str, Any]:
    """Give an account with a search campaign of two ads, one of which is removed, and one of Performance Max."""
    client_id, client_secret, refresh_token = GOOGLE_SECRETS
    return {
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
        "customer_id": "2121450128",
        "currency_code": "EUR",
        "time_zone": "Europe/Berlin",
        "campaigns": [
            {"id": "11", "name": "Brand", "status": "ENABLED"},
            {"id": "12", "name": "Everything", "status": "PAUSED", "type": "PERFORMANCE_MAX"},
            {"id": "13", "name": "Never run", "status": "REMOVED"},
        ],
        "ad_groups": [{"id": "21", "campaign_id": "11", "name": "Exact", "status": "ENABLED"}],
        "ads": [
            {"id": "31", "ad_group_id": "21", "status": "ENABLED", "type": "RESPONSIVE_SEARCH_AD"},
            {"id": "32", "ad_group_id": "21", "status": "REMOVED", "name": "old text", "type": "TEXT_AD"},
        ],
        # 2026-11-02: the campaign states 0.50 more than its two ads. A third of a cent is Google's, not ours.
        "campaign_days": [
            campaign_day("2026-11-01", "11", 36_150_000),
            campaign_day("2026-11-02", "11", 12_503_333),
            campaign_day("2026-11-02", "12", 7_000_000),
        ],
        "ad_days": [
            ad_day("2026-11-01", "31", 36_150_000),
            ad_day("2026-11-02", "31", 10_003_333),
            ad_day("2026-11-02", "32", 2_000_000),
        ],
        **given,
    }


def campaign_day(day: str, campaign_id: str, micros: int) -> dict[str, Any]:
    return {"date": day, "campaign_id": campaign_id, "cost_micros": micros, "impressions": 100, "clicks": 4}


def ad_day(day: str, ad_id: str, micros: int, ad_group_id: str = "21") -> dict[str, Any]:
    of_ad = {"date": day, "ad_group_id": ad_group_id, "ad_id": ad_id}
    return of_ad | {"cost_micros": micros, "impressions": 40, "clicks": 2, "conversions": 0.5}


def meta_account(**given: Any) -> dict[str, Any]:
    """Give an account of two ads on two days, which spent 1.50 more on the first of them than its ads."""
    return {
        "access_token": "key-of-acme_meta",
        "account_id": "1001",
        "account_currency": "USD",
        "timezone_name": "America/New_York",
        "campaigns": [status_row("71", name="Autumn", status="ACTIVE"), status_row("72", name="Old", status="DELETED")],
        "adsets": [status_row("81", campaign_id="71", name="Broad", status="PAUSED")],
        "ads": [
            status_row("701", campaign_id="71", adset_id="81", name="video", status="ACTIVE"),
            status_row("702", campaign_id="71", adset_id="81", name="image", status="ARCHIVED"),
        ],
        "ad_rows": [
            meta_row("2026-11-01", "10.00", ad_id="701"),
            meta_row("2026-11-01", "5.50", ad_id="702"),
            meta_row("2026-11-02", "20.25", ad_id="701"),
        ],
        "account_rows": [meta_row("2026-11-01", "17.00"), meta_row("2026-11-02", "20.25")],
        **given,
    }


def status_row(entity_id: str, **given: str) -> dict[str, Any]:
    return {"id": entity_id, "account_id": "1001", "effective_status": given["status"], **given}


def meta_row(day: str, spend: str, ad_id: str = "") -> dict[str, Any]:
    ad = {"campaign_id": "71", "campaign_name": "Autumn", "adset_id": "81", "adset_name": "Broad", "ad_id": ad_id}
    own = {"account_id": "1001", "account_currency": "USD", "date_start": day, "date_stop": day}
    return own | {"impressions": "100", "clicks": "5", "spend": spend} | (ad if ad_id else {})


def write_accounts(folder: Path, **accounts: dict[str, Any]) -> Path:
    """Write a folder that the sandbox serves: of each connection, named acme_google or acme_meta, its account."""
    (folder / "business.json").write_text("{}")
    for connection_id, content in accounts.items():
        place = folder / connection_id.split("_")[1]
        place.mkdir(exist_ok=True)
        (place / f"{connection_id}.json").write_text(json.dumps(content))
    return folder


def connect_google(project: Project, sandbox: Sandbox, **given: str) -> None:
    account = {"vendor_account_id": "212-145-0128", "time_zone": "Europe/Berlin", "currency": "EUR"}
    project.connect("acme_google", "google_ads", f"{sandbox.base_url}/google", **account | given)


def connect_meta(project: Project, sandbox: Sandbox) -> None:
    account = {"vendor_account_id": "1001", "time_zone": "America/New_York", "currency": "USD"}
    project.connect("acme_meta", "meta_ads", f"{sandbox.base_url}/meta", **account)
