"""Customers as webhooks describe them."""

from typing import Any

from sandbox.business.chance import chance, chosen
from sandbox.business.records import Buyer, Cart
from sandbox.business.workspaces import Workspace

Row = dict[str, Any]

_SHARE_WITHOUT_ADDRESS = 0.15
_SHARE_WITH_STREET = 0.35
_SHARE_WITHOUT_NAME = 0.03
_SHARE_WITH_META_COOKIE = 0.6
_ORIGINS = ("vanity", "vanity", "embed", "popup")
_BROWSERS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
)
_PLACES = {
    "northwind": {"city": "Boise", "state": "ID", "country": "US"},
    "lumen": {"city": "Leipzig", "state": "SN", "country": "DE"},
}
_FIRST_POSTAL_CODES = {"northwind": 83702, "lumen": 4103}
"""Of each place the least; two customers hardly ever share one."""
_POSTAL_CODES = 300
_EMPTY_ADDRESS = [None] * 5
"""What is left of an address of which nothing is known."""


class WebhookCustomers:
    """The customers of one account, who look the same in all their deliveries."""

    def __init__(self, workspace: Workspace) -> None:
        """Know nobody yet."""
        self._workspace_id = workspace.workspace_id
        self._described: dict[Buyer, Row] = {}

    def of(self, buyer: Buyer) -> Row:
        """Return the part of a delivery that says who pays."""
        if buyer not in self._described:
            self._described[buyer] = {"customer_id": buyer.customer_number, "customer": self._customer(buyer)}
        return self._described[buyer]

    def viewer(self, cart: Cart) -> Row:
        """Return somebody who gave no more than an address."""
        first_name, _, last_name = cart.name.partition(" ")
        return {
            "name": cart.name,
            "email": cart.email,
            "ip_address": _ip_address(chance(f"{self._workspace_id}/viewer/{cart.email}")),
            "address": {"country": _PLACES[self._workspace_id]["country"]},
            "first_name": first_name,
            "last_name": last_name,
            "checkbox_confirmation": "false",
        }

    def _customer(self, buyer: Buyer) -> Row:
        about = f"{self._workspace_id}/customer/{buyer.customer_number}"
        luck = chance(about)
        first_name, _, last_name = buyer.name.partition(" ")
        if chance(f"{about}/name") < _SHARE_WITHOUT_NAME:
            first_name = last_name = ""
        customer = {
            "id": buyer.customer_number,
            "client_user_agent": chosen(_BROWSERS, f"{about}/browser"),
            "origin": chosen(_ORIGINS, f"{about}/origin"),
            "email": buyer.email,
            "ip_address": _ip_address(luck),
            "address": self._address(luck),
            "name": f"{first_name} {last_name}",
            "checkbox_confirmation": "true" if luck > 0.7 else "false",
            "first_name": first_name,
            "last_name": last_name,
        }
        cookie = chance(f"{about}/cookie")
        if cookie < _SHARE_WITH_META_COOKIE:
            customer["client_meta_fbp"] = f"fb.1.{1_697_000_000_000 + int(cookie * 9e10)}.{int(cookie * 1e10)}"
        return customer

    def _address(self, luck: float) -> Any:
        place = _PLACES[self._workspace_id]
        if luck < _SHARE_WITHOUT_ADDRESS:
            return _EMPTY_ADDRESS
        if luck < _SHARE_WITHOUT_ADDRESS + _SHARE_WITH_STREET:
            postal_code = _FIRST_POSTAL_CODES[self._workspace_id] + int(luck * _POSTAL_CODES)
            return {"line1": f"{1 + int(luck * 300)} Main St", "zip": f"{postal_code:05}"} | place
        return {"country": place["country"]}


def _ip_address(luck: float) -> str:
    return f"203.0.113.{1 + int(luck * 254)}"
