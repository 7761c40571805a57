"""Orders as webhooks describe them: totals, charges, single items, and what is charged again."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.business.catalogue import Item, PricingOption
from sandbox.business.chance import chance
from sandbox.business.records import Order, Payment
from sandbox.business.span import months_after
from sandbox.business.webhook_wording import FREQUENCY_DAYS, PROCESSORS, amount, clock, moment, unix
from sandbox.business.workspaces import Workspace

Row = dict[str, Any]

_SHARE_WITH_TAX = 0.6
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class WebhookOrders:
    """The orders of one account. What was paid, and what the API lists, is with tax: `amount_gross`."""

    def __init__(self, workspace: Workspace) -> None:
        """Know the account's tax."""
        self._workspace = workspace
        self._totals: dict[Order, Row] = {}

    def totals(self, order: Order) -> Row:
        """Return an order's sums and date, which later events repeat."""
        if order not in self._totals:
            payments = at_checkout(order)
            gross = sum(payment.cents for payment in payments)
            tax = sum(self._tax(order, payment.cents) for payment in payments)
            self._totals[order] = {
                "id": str(order.number),
                "invoice_id": invoice(order),
                "processor": PROCESSORS[order.buyer.processor],
                **amount("total", gross - tax),
                **amount("total_gross", gross),
                **moment(order.placed_at),
                "tracking_id": "null",
                "tax": str(tax) if tax else "null",
                "payment_method": "card" if order.buyer.processor == "stripe" else "paypal",
            }
        return self._totals[order]

    def with_charges(self, order: Order) -> Row:
        """Return an order with what was charged and, beside it in the same list, what will be again.

        So the sum of `charges` is no money.
        """
        payments = at_checkout(order)
        recurring = [(payment, self._recurring_charge(payment)) for payment in payments if payment.subscription]
        told = self.totals(order) | {
            "charges": [self._single_charge(payment) for payment in payments] + [charge for _, charge in recurring]
        }
        if recurring:
            told["future_charges"] = [charge | _due(payment) for payment, charge in recurring]
        return told

    def item(self, item: Item, order: Order, gross: int) -> Row:
        """Return an item with what was paid for it, given back, or agreed upon. Its `id` is the item's."""
        return {
            "type": item.item_type,
            "id": str(item.item_id),
            f"{item.item_type}_id": str(item.item_id),
            "name": item.name,
            "label": item.label or item.name,
            "processor": PROCESSORS[order.buyer.processor],
            "currency": item.currency,
            **self.amounts(order, gross),
        }

    def amounts(self, order: Order, gross: int) -> dict[str, str]:
        """Return an amount without tax, with it, and the tax."""
        tax = self._tax(order, gross)
        return amount("amount", gross - tax) | amount("amount_gross", gross) | amount("tax_paid", tax)

    def _tax(self, order: Order, gross: int) -> int:
        """Return the tax in an amount, a half rounded up."""
        percent = self._workspace.tax_percent
        if not percent or chance(f"{self._workspace.workspace_id}/tax/{order.key}") >= _SHARE_WITH_TAX:
            return 0
        return (2 * gross * percent + 100 + percent) // (2 * (100 + percent))

    def _single_charge(self, payment: Payment) -> Row:
        is_reduced = payment.order.coupon and payment.item is payment.order.product
        original = payment.option.price * payment.quantity if is_reduced else payment.cents
        charge = self._charge(payment, payment.cents, original) | {
            "type": "single",
            **amount("unit_price", original // payment.quantity),
            "defer": "false",
        }
        return charge | ({"related_to_recur": "true"} if payment.subscription else {})

    def _recurring_charge(self, payment: Payment) -> Row:
        recurring = payment.option.recurring * payment.quantity
        return self._charge(payment, recurring, recurring) | {
            "type": "recurring",
            "frequency": payment.option.frequency,
            "frequency_days": str(FREQUENCY_DAYS[payment.option.frequency]),
            "defer": "true",
        }

    def _charge(self, payment: Payment, gross: int, original: int) -> Row:
        item = payment.item
        return {
            "name": item.name,
            "label": item.label,
            "reference": str(item.item_id),
            "item_type": item.item_type,
            "item_identifier": f"{item.item_type}_{item.item_id}",
            "quantity": str(payment.quantity),
            **self.amounts(payment.order, gross),
            **amount("original_amount", original - self._tax(payment.order, original)),
            "payment_plan_id": str(payment.option.option_id),
            "payment_plan_name": payment.option.name,
        }


def at_checkout(order: Order) -> list[Payment]:
    """Return what was charged at the checkout: of a subscription the first charge, as a resumed one is charged anew."""
    firsts: dict[str, Payment] = {}
    for payment in order.payments:
        if payment.kind == "charge":
            firsts.setdefault(payment.item.path, payment)
    return list(firsts.values())


def invoice(order: Order) -> str:
    """Return the invoice of a checkout; rebills add the number of the payment."""
    return f"{order.webhook_invoice:09d}"


def next_payment_at(paid_at: datetime, option: PricingOption, made: int) -> datetime:
    """Return when an agreement is due again, which is the end of what has been paid for."""
    if option.trial_days and made == 1:
        return paid_at + timedelta(days=option.trial_days)
    if option.frequency == "week":
        return paid_at + timedelta(days=7)
    return months_after(paid_at, _MONTHS[option.frequency])


def _due(payment: Payment) -> dict[str, str]:
    due = next_payment_at(payment.at, payment.option, 1)
    return {"due": clock(due), "defer_date": unix(due)}
