"""ThriveCart's REST API: bare lists, pages of transactions without a date filter, one customer at a time."""

import threading
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from sandbox.serving.authorization import OPEN_PAGES, PAGES, Authorization, OwnPages
from sandbox.serving.faults import FaultCounter
from sandbox.serving.transactions import ID_NAMES, Transactions, cut_page
from sandbox.serving.wire import Account, Answer, Request, Row

DEFAULT_PAGE_SIZE = 25
LARGEST_PAGE_SIZE = 100
AMOUNT_OF_A_SALE_WHILE_PAGING = 100
CATALOGUES = ("products", "bumps", "upsells", "downsells")

ID_FIELDS = {catalogue: f"{catalogue.removesuffix('s')}_id" for catalogue in CATALOGUES}

BUMP_DETAILS = (
    *("product_id", "product_name", "bump_id", "name", "label", "status", "statusString", "type", "typeString"),
    *("payment_currency", "url", "embed_type"),
)

INVALID_METHOD = Answer({"error": "method.invalid"}, status=501)
BROKEN = Answer("Internal Server Error", status=500)
UNKNOWN_CUSTOMER = Answer({"error": "There are no orders associated with this customer."}, status=404)


class ThriveCartAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other.

    The file must have `api_key` and `transactions`, whose rows must have `event_id`, `timestamp`, `transaction_type`
    and `currency`; what else it leaves out is empty. A million rows take some 12 seconds and 3 GB to read, and a page
    of them costs no more than a page of few.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any], faults: FaultCounter) -> None:
        """Sort the transactions as they are sent: newest first. They become the account's own."""
        self.connection_id = connection_id
        self.api_key: str = content["api_key"]
        self.account: Row = content.get("account", {})
        self.oauth_app: Row = content.get("oauth_app", {})
        self._content = content
        self._faults = faults
        self._lock = threading.Lock()
        self._customers = {email.strip().lower(): answer for email, answer in content.get("customers", {}).items()}
        self._transactions = Transactions(content["transactions"])

    def insert(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add transactions, as the file has them (with `mode`, live if left out), each at the place of its time."""
        with self._lock:
            for row in rows:
                self._transactions.insert(row)

    def remove(self, event_ids: Collection[str]) -> None:
        """Let all rows of events vanish. Raises LookupError if there is none."""
        with self._lock:
            self._transactions.remove(event_ids)

    def set_subscription_status(self, subscription_number: str, status: str) -> None:
        """Change what a subscription's rows and its customer's answer show. Raises LookupError if there is none."""
        with self._lock:
            if not self._transactions.set_subscription_status(subscription_number, status):
                raise LookupError(f"there is no subscription {subscription_number}")
            for answer in self._customers.values():
                for subscription in answer.get("subscriptions", ()):
                    if str(subscription["subscription_id"]) == subscription_number:
                        subscription["status"] = status
                        if status != "active":
                            subscription.pop("next_payment", None)

    def answer(self, request: Request) -> Answer:
        """Answer with the headers that name the account."""
        with self._lock:
            answer = self._answer(request)
        headers = {
            "X-ThriveCart-Account-Name": str(self.account.get("account_name", "")),
            "X-ThriveCart-Account-URL": str(self.account.get("account_url", "")),
        }
        return Answer(answer.body, answer.status, answer.headers | headers)

    def _answer(self, request: Request) -> Answer:
        match [request.method, *(unquote(part) for part in request.path.strip("/").split("/"))]:
            case ["GET", "ping"]:
                return Answer(self.account)
            case ["GET", "transactions"]:
                return self._page(request)
            case ["POST", "customer"]:
                return self._customer(request)
            case ["GET", catalogue] if catalogue in CATALOGUES:
                return self._catalogue(catalogue, request.params.get("status", ""))
            case ["GET", catalogue, item_id] if catalogue in CATALOGUES:
                return self._details(catalogue, item_id)
            case ["GET", catalogue, item_id, "pricing_options"] if catalogue in CATALOGUES:
                return self._pricing_options(catalogue, item_id)
        return INVALID_METHOD

    def _page(self, request: Request) -> Answer:
        """Answer with a page. Whatever is not known as a parameter is ignored, without a word."""
        params = request.params
        mode = "test" if request.headers.get("x-tc-mode", "").lower() == "test" else "live"
        rows = self._transactions.matching(mode, params)
        page, size = _number(params.get("page"), 1), _number(params.get("perPage"), DEFAULT_PAGE_SIZE)
        size = min(size, LARGEST_PAGE_SIZE)
        swapped_page = self._faults.faults.swapped_page if mode == "live" else 0
        rows_of_page = cut_page(rows, max(page, 1), size, swapped_page)
        total = len(rows)
        # Without a size it is the question for the total, not a page.
        if size and self._faults.next_page(self.connection_id):
            self._sell_meanwhile()
        return Answer({"transactions": rows_of_page, "meta": {"total": total, "results": len(rows_of_page)}})

    def _sell_meanwhile(self) -> None:
        # A copied charge of a subscription would be a second charge of that subscription.
        model = self._transactions.newest_charge()
        if model is None:
            return
        now = datetime.now(UTC)
        number = self._transactions.largest_number + 1
        sale = model | {
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%Y-%m-%d %H:%M:%S}",
            "timestamp": int(now.timestamp()),
            "amount": AMOUNT_OF_A_SALE_WHILE_PAGING,
        }
        for name in ID_NAMES:
            if model.get(name):
                sale[name] = type(model[name])(number)
        if model.get("transaction_id"):
            sale["transaction_id"] = f"ch_while_paging_{number}"
        self._transactions.insert(sale)

    def _customer(self, request: Request) -> Answer:
        # Only live orders make the answers of the file.
        if request.headers.get("x-tc-mode", "").lower() == "test":
            return UNKNOWN_CUSTOMER
        customer = self._customers.get(request.params.get("email", "").strip().lower())
        return UNKNOWN_CUSTOMER if customer is None else Answer(customer)

    def _catalogue(self, catalogue: str, status: str) -> Answer:
        items: list[Row] = self._content.get(catalogue, [])
        if catalogue == "products" and status in ("live", "test"):
            return Answer([item for item in items if item.get("statusString") == status])
        return Answer(items)

    def _details(self, catalogue: str, item_id: str) -> Answer:
        item = self._item(catalogue, item_id)
        if item is None:
            return _unknown_item(catalogue)
        details = self._content.get("product_details", {}).get(item_id, {})
        if catalogue == "products":
            return Answer(item | details)
        if catalogue == "bumps":
            slug = {"slug": details["slug"]} if "slug" in details else {}
            return Answer({name: item[name] for name in BUMP_DETAILS if name in item} | slug)
        return Answer({name: item.get(name, "") for name in (ID_FIELDS[catalogue], "name", "label")})

    def _pricing_options(self, catalogue: str, item_id: str) -> Answer:
        if self._item(catalogue, item_id) is None:
            return _unknown_item(catalogue)
        key = f"{catalogue}/{item_id}"
        if key in self._content.get("broken_pricing_options", ()):
            return BROKEN
        return Answer(self._content.get("pricing_options", {}).get(key, []))

    def _item(self, catalogue: str, item_id: str) -> Row | None:
        id_field = ID_FIELDS[catalogue]
        return next((item for item in self._content.get(catalogue, []) if str(item[id_field]) == item_id), None)


class ThriveCart:
    """All accounts at ThriveCart, told apart by their keys and by the tokens that OAuth gave."""

    def __init__(self, accounts: Collection[ThriveCartAccount], faults: FaultCounter) -> None:
        """Know the accounts by key."""
        self.authorization = Authorization(accounts, faults)
        self._accounts = {account.connection_id: account for account in accounts}
        self._connections = {account.api_key: account.connection_id for account in accounts}

    def identify(self, request: Request) -> Account | Answer:
        """Return the account that the bearer token opens, or the page that asks for none."""
        if request.path in OPEN_PAGES:
            return self.authorization
        is_page = request.path.startswith(PAGES)
        token = request.bearer
        if token is None:
            error = {"error": "auth.missing"}
            return Answer(error | ({"description": "auth.missing"} if is_page else {}), status=401)
        connection_id = self._connections.get(token) or self.authorization.connection_of(token)
        if connection_id is None:
            error = {"error": "invalid_token", "error_description": "The access token provided is invalid"}
            return Answer(error | ({"description": "invalid_token"} if is_page else {}), status=401)
        account = self._accounts[connection_id]
        return OwnPages(account, self.authorization) if is_page else account

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Answer without a hint of how long to wait: ThriveCart documents none."""
        return Answer("Too Many Requests", status=429)

    def broken(self) -> Answer:
        """Answer in plain text, as a web server does before ThriveCart has a say."""
        return BROKEN


def _unknown_item(catalogue: str) -> Answer:
    reason = f"The requested {catalogue.removesuffix('s')} cannot be identified."
    return Answer({"error": "method.exception", "reason": reason}, status=404)


def _number(value: Any, default: int) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else default
