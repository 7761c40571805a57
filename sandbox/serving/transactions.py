"""The transactions of one ThriveCart account: newest first, each mode apart."""

from bisect import insort_left
from collections.abc import Collection, Mapping
from typing import Any

from sandbox.serving.wire import Row

TRANSACTION_TYPES = ("charge", "rebill", "refund", "cancel")
ID_NAMES = ("event_id", "order_id", "invoice_id")


class Transactions:
    """Rows as they are sent. A page without filters costs no more in a large account than in a small one."""

    def __init__(self, rows: list[Row]) -> None:
        """Take the rows of an account's file, oldest first, with their `mode`; they are no copies."""
        self.largest_number = 0
        """The largest id in use."""
        self._rows: dict[str, list[Row]] = {"live": [], "test": []}
        # Of rows of the same second the later one counts as newer.
        for row in reversed(rows):
            self._rows[_taken_mode(row)].append(row)
            self._count_ids(row)
        for of_mode in self._rows.values():
            of_mode.sort(key=_newest_first)

    def insert(self, row: Mapping[str, Any]) -> None:
        """Add a copy of a row (with `mode`, live if left out) at the place of its time."""
        added = dict(row)
        insort_left(self._rows[_taken_mode(added)], added, key=_newest_first)
        self._count_ids(added)

    def remove(self, event_ids: Collection[str]) -> None:
        """Forget the events. Raises LookupError, and forgets none, if one is not there."""
        known = {str(row["event_id"]) for rows in self._rows.values() for row in rows}
        if missing := sorted(set(event_ids) - known):
            raise LookupError(f"there is no event {', '.join(missing)}")
        for rows in self._rows.values():
            rows[:] = [row for row in rows if str(row["event_id"]) not in event_ids]

    def set_subscription_status(self, subscription_number: str, status: str) -> bool:
        """Set the status on all rows of a subscription, however old; return whether it has any."""
        is_known = False
        for rows in self._rows.values():
            for row in rows:
                if str(row.get("internal_subscription_id")) == subscription_number:
                    row["subscription_current_status"] = status
                    is_known = True
        return is_known

    def matching(self, mode: str, params: Mapping[str, str]) -> list[Row]:
        """Return the rows of a mode that the filters leave. Whatever is not known as a filter is ignored."""
        rows = self._rows[mode]
        if params.get("transactionType") in TRANSACTION_TYPES:
            rows = [row for row in rows if row["transaction_type"] == params["transactionType"]]
        if currency := params.get("currency"):
            rows = [row for row in rows if str(row["currency"]).lower() == currency.lower()]
        if query := params.get("query", "").strip().lower():
            rows = [row for row in rows if query in _searched(row)]
        return rows

    def newest_charge(self) -> Row | None:
        """Return the newest live charge, of a subscription only if there is no other."""
        charges = (row for row in self._rows["live"] if row["transaction_type"] == "charge")
        first = next(charges, None)
        if first is None or not first.get("internal_subscription_id"):
            return first
        return next((row for row in charges if not row.get("internal_subscription_id")), first)

    def _count_ids(self, row: Row) -> None:
        for name in ID_NAMES:
            text = str(row.get(name))
            if text.isdecimal():
                self.largest_number = max(self.largest_number, int(text))


def cut_page(rows: list[Row], page: int, size: int, swapped_page: int) -> list[Row]:
    """Return a page, counted from 1. With `swapped_page` n what lies on the pages n and n + 1 is exchanged."""
    first = (page - 1) * size
    if not swapped_page or page not in (swapped_page, swapped_page + 1):
        return rows[first : first + size]
    begin = (swapped_page - 1) * size
    pair = rows[begin + size : begin + 2 * size] + rows[begin : begin + size]
    return pair[first - begin : first - begin + size]


def _taken_mode(row: Row) -> str:
    return str(row.pop("mode", None) or "live")


def _newest_first(row: Row) -> int:
    return -int(row["timestamp"])


def _searched(row: Row) -> set[str]:
    email = (row.get("customer") or {}).get("email")
    return {str(value).strip().lower() for value in (email, row.get("order_id"), row.get("invoice_id")) if value}
