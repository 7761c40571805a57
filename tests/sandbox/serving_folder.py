"""A tiny business, written by hand, as the sandbox serves it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from sandbox.serving import Sandbox

TODAY = datetime.now(UTC).date()
THRIVECART_KEY = {"Authorization": "Bearer sandbox-acme_thrivecart"}
KIT_KEY = {"X-Kit-Api-Key": "sandbox-acme_kit"}
META_KEY = {"Authorization": "Bearer sandbox-acme_meta"}


def day(days_ago: int) -> str:
    """Give an ISO day; Meta refuses days that lie too far back, so fixed ones would not do for ever."""
    return (TODAY - timedelta(days=days_ago)).isoformat()


def transaction(number: int, **given: Any) -> dict[str, Any]:
    """Give a live charge; the higher the number, the newer."""
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
    return {
        "event_id": str(9000 + number),
        "base_product": "1",
        "date": f"{moment:%Y-%m-%d}",
        "time": f"{moment:%Y-%m-%d %H:%M:%S}",
        "timestamp": int(moment.timestamp()),
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": 1,
        "amount": 4900,
        "order_id": str(100 + number),
        "invoice_id": str(500 + number),
        "currency": "USD",
        "processor": "stripe",
        "customer": {"name": "Ada", "email": "ada@example.com"},
        "mode": "live",
        **given,
    }


def subscriber(number: int, **given: Any) -> dict[str, Any]:
    """Give an active subscriber, created on the day of November that has their number."""
    return {
        "id": number,
        "first_name": "Ada",
        "email_address": f"person{number}@example.com",
        "state": "active",
        "created_at": f"2026-11-{number:02}T10:00:00Z",
        "fields": {},
        "attribution": {"utm_source": "facebook"},
        **given,
    }


def ad_row(ad_id: str, day_: str, spend: str, **given: Any) -> dict[str, Any]:
    """Give an ad's day; without actions, as of an ad without results."""
    campaign = {"campaign_id": "71", "campaign_name": "Autumn", "ad_id": ad_id, "ad_name": f"ad {ad_id}"}
    return account_row(day_, spend) | campaign | given


def account_row(day_: str, spend: str) -> dict[str, Any]:
    """Give an account's day."""
    return {
        "account_id": "42",
        "account_currency": "USD",
        "date_start": day_,
        "date_stop": day_,
        "impressions": "1000",
        "clicks": "10",
        "spend": spend,
    }


THRIVECART = {
    "api_key": "sandbox-acme_thrivecart",
    "oauth_app": {"client_id": "app-of-acme", "client_secret": "app-secret-of-acme"},
    "account": {
        "account_name": "acme",
        "account_id": "1",
        "account_url": "https://acme.thrivecart.com/",
        "user_id": "9",
        "user_username": "owner@acme.example",
    },
    "products": [
        {"product_id": "2", "name": "Draft", "status": "1", "statusString": "test"},
        {"product_id": "1", "name": "Course", "status": "2", "statusString": "live"},
    ],
    "bumps": [
        {"bump_id": "1", "product_id": "1", "name": "Workbook", "payment_currency": "USD", "payment_amount": 900}
    ],
    "upsells": [{"upsell_id": "5", "name": "Coaching", "label": "", "type": "1", "typeString": "digital"}],
    "downsells": [],
    "product_details": {"1": {"slug": "course", "payment_currency": "USD"}},
    "pricing_options": {"products/1": [{"id": 11, "name": "Once", "price": 4900}]},
    "broken_pricing_options": ["products/2"],
    "transactions": [
        transaction(1),
        transaction(2, customer={"name": "Bo", "email": " Bo@Example.COM"}, currency="GBP"),
        transaction(3, transaction_type="rebill", order_id="101", internal_subscription_id=4001),
        transaction(4, transaction_type="refund", amount=-4900, order_id="102"),
        transaction(5, transaction_type="cancel", internal_subscription_id="4001"),
        transaction(6, mode="test", amount=99900),
    ],
    "customers": {
        "ada@example.com": {
            "customer": {"name": "Ada"},
            "purchases": [],
            "subscriptions": [
                {"subscription_id": "4001", "status": "active", "next_payment": "2026-12-01 03:00:00"},
                {"subscription_id": "4002", "status": "active", "next_payment": "2026-12-09 03:00:00"},
            ],
        }
    },
}

KIT = {
    "api_key": "sandbox-acme_kit",
    "account": {"user": {"email": "ada@example.com"}, "account": {"name": "Acme"}},
    "subscribers": [
        subscriber(1),
        subscriber(2, attribution=None),
        subscriber(3, state="cancelled", canceled_at="2026-11-20T08:00:00Z"),
        subscriber(4),
        subscriber(5, state="bounced"),
    ],
    "tags": [
        {"id": 81, "name": "webinar", "created_at": "2026-10-01T00:00:00Z"},
        {"id": 82, "name": "customer", "created_at": "2026-10-02T00:00:00Z"},
    ],
    "taggings": {
        "81": [
            {"subscriber_id": 1, "tagged_at": "2026-11-12T10:00:00Z"},
            {"subscriber_id": 2, "tagged_at": "2026-11-11T10:00:00Z"},
        ],
        "82": [{"subscriber_id": 1, "tagged_at": "2026-11-13T10:00:00Z"}],
    },
}

META = {
    "access_token": "sandbox-acme_meta",
    "account_id": "42",
    "account_currency": "USD",
    "ad_rows": [
        ad_row("701", day(2), "10.00", actions=[{"action_type": "lead", "value": "2"}]),
        ad_row("702", day(2), "5.50"),
        ad_row("701", day(1), "20.25"),
    ],
    # Two days ago an ad is missing: 1.50 more than its ads.
    "account_rows": [account_row(day(2), "17.00"), account_row(day(1), "20.25")],
}


def write_folder(folder: Path) -> Path:
    """Write the business, and a second ThriveCart account with no more in it than it must have."""
    for name, content in {
        "business.json": {"seed": 1, "start": "2026-11-01", "today": date.isoformat(TODAY)},
        "thrivecart/acme_thrivecart.json": THRIVECART,
        "thrivecart/other_thrivecart.json": {"api_key": "sandbox-other_thrivecart", "transactions": []},
        "kit/acme_kit.json": KIT,
        "meta/acme_meta.json": META,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


class Client:
    """Asks a sandbox over one connection that stays open."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self._base_url = sandbox.base_url

    def thrivecart(self, path: str, mode: str = "live", **params: Any) -> requests.Response:
        headers = THRIVECART_KEY | {"X-TC-Mode": mode}
        return self.session.get(f"{self._base_url}/thrivecart{path}", params=params, headers=headers)

    def kit(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self._base_url}/kit{path}", params=params, headers=KIT_KEY)

    def insights(self, level: str, fields: str = "ad_id,spend", **params: Any) -> requests.Response:
        """Ask for the last three days."""
        asked = {
            "level": level,
            "fields": fields,
            "time_increment": 1,
            "time_range": json.dumps({"since": day(2), "until": day(0)}),
        }
        url = f"{self._base_url}/meta/v26.0/act_42/insights"
        return self.session.get(url, params=asked | params, headers=META_KEY)
