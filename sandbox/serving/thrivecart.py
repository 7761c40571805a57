"""ThriveCart's REST API: bare lists, pages of transactions without a date filter, one customer at a time."""

import threading
from bisect import insort_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from sandbox.serving.faults import FaultCounter
from sandbox.serving.wire import Answer, Request, Row

DEFAULT_PAGE_SIZE = 25
LARGEST_PAGE_SIZE = 100
TRANSACTION_TYPES = ("charge", "rebill", "refund", "cancel")
AMOUNT_OF_A_SALE_WHILE_PAGING = 100

ID_FIELDS = {"products": "product_id", "bumps": "bump_id", "upsells": "upsell_id", "downsells": "downsell_id"}

BUMP_DETAILS = (
    *("product_id", "product_name", "bump_id", "name", "label", "status", "statusString", "type", "typeString"),
    *("payment_currency", "url", "embed_type"),
)

INVALID_METHOD = Answer({"error": "method.invalid"}, status=501)
BROKEN = Answer("Internal Server Error", status=500)
UNKNOWN_CUSTOMER = Answer({"error": "There are no orders associated with this customer."}, status=404)


class ThriveCartAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other."""

    def __init__(self, connection_id: str, content: Mapping[str, Any], faults: FaultCounter) -> None:
        """Sort the transactions as they are sent: newest first."""
        self.connection_id = connection_id
        self.api_key: str = content["api_key"]
        self._content = content
        self._faults = faults
        self._lock = threading.Lock()
        self._customers = {email.strip().lower(): answer for email, answer in content["customers"].items()}
        self._transactions: dict[str, list[Row]] = {"live": [], "test": []}
        self._largest_number = 0
        # The file has the oldest first; of rows of the same second the later one counts as newer.
        for row in reversed(content["transactions"]):
            self._transactions[_mode(row)].append(self._as_sent(row))
        for rows in self._transactions.values():
            rows.sort(key=_newest_first)

    def insert(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add transactions, as the file has them (with `mode`, live if left out), each at the place of its time."""
        with self._lock:
            for row in rows:
                insort_left(self._transactions[_mode(row)], self._as_sent(row), key=_newest_first)

    def answer(self, request: Request) -> Answer:
        """Answer with the headers that name the account."""
        account = self._content["account"]
        with self._lock:
            answer = self._answer(request)
        headers = {
            "X-ThriveCart-Account-Name": str(account.get("account_name", "")),
            "X-ThriveCart-Account-URL": str(account.get("account_url", "")),
        }
        return Answer(answer.body, answer.status, answer.headers | headers)

    def _answer(self, request: Request) -> Answer:
        match [request.method, *(unquote(part) for part in request.path.strip("/").split("/"))]:
            case ["GET", "ping"]:
                return Answer(self._content["account"])
            case ["GET", "transactions"]:
                return self._page(request)
            case ["POST", "customer"]:
                return self._customer(request)
            case ["GET", catalogue] if catalogue in ID_FIELDS:
                return self._catalogue(catalogue, request.params.get("status", ""))
            case ["GET", catalogue, item_id] if catalogue in ID_FIELDS:
                return self._details(catalogue, item_id)
            case ["GET", catalogue, item_id, "pricing_options"] if catalogue in ID_FIELDS:
                return self._pricing_options(catalogue, item_id)
        return INVALID_METHOD

    def _page(self, request: Request) -> Answer:
        """Answer with a page. Whatever is not known as a parameter is ignored, without a word."""
        params = request.params
        rows = self._transactions["test" if request.headers.get("x-tc-mode", "").lower() == "test" else "live"]
        if params.get("transactionType") in TRANSACTION_TYPES:
            rows = [row for row in rows if row["transaction_type"] == params["transactionType"]]
        if currency := params.get("currency"):
            rows = [row for row in rows if str(row["currency"]).lower() == currency.lower()]
        if query := params.get("query", "").strip().lower():
            rows = [row for row in rows if query in _searched(row)]
        page, size = _number(params.get("page"), 1), _number(params.get("perPage"), DEFAULT_PAGE_SIZE)
        size = min(size, LARGEST_PAGE_SIZE)
        first = (max(page, 1) - 1) * size
        rows_of_page = rows[first : first + size]
        total = len(rows)
        # Without a size it is the question for the total, not a page.
        if size and self._faults.next_page(self.connection_id):
            self._sell_meanwhile()
        return Answer({"transactions": rows_of_page, "meta": {"total": total, "results": len(rows_of_page)}})

    def _sell_meanwhile(self) -> None:
        charges = [row for row in self._transactions["live"] if row["transaction_type"] == "charge"]
        # A copied charge of a subscription would be a second charge of that subscription.
        model = next((row for row in charges if not row.get("internal_subscription_id")), charges[0] if charges else {})
        if not model:
            return
        now = datetime.now(UTC)
        number = self._largest_number + 1
        sale = model | {
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%Y-%m-%d %H:%M:%S}",
            "timestamp": int(now.timestamp()),
            "amount": AMOUNT_OF_A_SALE_WHILE_PAGING,
        }
        for name in ("event_id", "order_id", "invoice_id"):
            if model.get(name):
                sale[name] = type(model[name])(number)
        if model.get("transaction_id"):
            sale["transaction_id"] = f"ch_while_paging_{number}"
        insort_left(self._transactions["live"], self._as_sent(sale), key=_newest_first)

    def _customer(self, request: Request) -> Answer:
        # Only live orders make the answers of the file.
        if request.headers.get("x-tc-mode", "").lower() == "test":
            return UNKNOWN_CUSTOMER
        customer = self._customers.get(request.params.get("email", "").strip().lower())
        return UNKNOWN_CUSTOMER if customer is None else Answer(customer)

    def _catalogue(self, catalogue: str, status: str) -> Answer:
        items: list[Row] = self._content[catalogue]
        if catalogue == "products" and status in ("live", "test"):
            return Answer([item for item in items if item.get("statusString") == status])
        return Answer(items)

    def _details(self, catalogue: str, item_id: str) -> Answer:
        item = self._item(catalogue, item_id)
        if item is None:
            return _unknown_item(catalogue)
        details = self._content["product_details"].get(item_id, {})
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
        return Answer(self._content["pricing_options"].get(key, []))

    def _item(self, catalogue: str, item_id: str) -> Row | None:
        id_field = ID_FIELDS[catalogue]
        return next((item for item in self._content[catalogue] if str(item[id_field]) == item_id), None)

    def _as_sent(self, row: Mapping[str, Any]) -> Row:
        for name in ("event_id", "order_id", "invoice_id"):
            self._largest_number = max(self._largest_number, _number(row.get(name), 0))
        return {name: value for name, value in row.items() if name != "mode"}


class ThriveCart:
    """All accounts at ThriveCart, told apart by their keys."""

    def __init__(self, accounts: Iterable[ThriveCartAccount]) -> None:
        """Know the accounts by key."""
        self._accounts = {account.api_key: account for account in accounts}

    def identify(self, request: Request) -> ThriveCartAccount | Answer:
        """Return the account that the bearer token opens."""
        if request.bearer is None:
            return Answer({"error": "auth.missing"}, status=401)
        refusal = {"error": "invalid_token", "error_description": "The access token provided is invalid"}
        return self._accounts.get(request.bearer) or Answer(refusal, status=401)

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Answer without a hint of how long to wait: ThriveCart documents none."""
        return Answer("Too Many Requests", status=429)

    def broken(self) -> Answer:
        """Answer in plain text, as a web server does before ThriveCart has a say."""
        return BROKEN


def _unknown_item(catalogue: str) -> Answer:
    reason = f"The requested {catalogue.removesuffix('s')} cannot be identified."
    return Answer({"error": "method.exception", "reason": reason}, status=404)


def _mode(row: Mapping[str, Any]) -> str:
    return str(row.get("mode") or "live")


def _newest_first(row: Row) -> int:
    return -int(row["timestamp"])


def _searched(row: Row) -> set[str]:
    email = (row.get("customer") or {}).get("email")
    return {str(value).strip().lower() for value in (email, row.get("order_id"), row.get("invoice_id")) if value}


def _number(value: Any, default: int) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else default
