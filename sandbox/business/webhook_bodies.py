"""Webhook deliveries in ThriveCart's words, nested as a receiver sees them: all values are text.

Fields have the names of deliveries that were seen. Of some events none was, so that what is theirs alone is named after
its like: commissions, the customer who was updated, and the `purchase` of a single item.
"""

from typing import Any

from sandbox.business.affiliates import Commission
from sandbox.business.books import Books
from sandbox.business.catalogue import Item
from sandbox.business.chance import chance, chosen_letters, chosen_uuid
from sandbox.business.checkout_links import CheckoutLinks
from sandbox.business.records import Affiliate, Cart, Order, Subscription
from sandbox.business.span import Span
from sandbox.business.thrivecart_file import transaction_id
from sandbox.business.webhook_customers import WebhookCustomers
from sandbox.business.webhook_events import WebhookEvent
from sandbox.business.webhook_orders import WebhookOrders, at_checkout, invoice, next_payment_at
from sandbox.business.webhook_wording import EVENT_NAMES, FREQUENCY_DAYS, amount, clock, moment, unix
from sandbox.business.workspaces import connection_of

Row = dict[str, Any]

_SHARE_OF_OLD_STYLE = 0.15


class WebhookBodies:
    """The bodies that one account's webhooks carry."""

    def __init__(self, books: Books, span: Span) -> None:
        """Know the account."""
        self._seed = books.seed
        self._workspace = workspace = books.workspace
        self._connection = connection = connection_of(workspace.thrivecart)
        self._names = EVENT_NAMES[workspace.webhook_encoding]
        self._secret = connection.secrets["WEBHOOK_SECRET"]
        self._customers = WebhookCustomers(workspace)
        self._orders = WebhookOrders(workspace)
        self._links = CheckoutLinks(books, span)

    def body(self, event: WebhookEvent) -> Row:
        """Return the delivery of an event that the account's webhooks know."""
        # The old style identifies nothing: neither the delivery nor the transaction nor, mostly, the subscription.
        is_old_style = chance(self._about(event)) < _SHARE_OF_OLD_STYLE
        body = self._head(event)
        if event.cart:
            body |= self._cart(event, event.cart)
        elif event.address_change:
            body |= moment(event.at) | self._customers.of(event.address_change.buyer)
        elif event.commission:
            body |= self._commission(event, event.commission)
        elif event.order and event.kind == "order":
            body |= self._checkout(event.order, is_old_style)
        elif event.order:
            body |= self._after_checkout(event, event.order, is_old_style)
        if not is_old_style:
            body["webhook_id"] = chosen_uuid(self._about(event))
            if event.payments:
                body["event_id"] = str(event.payments[0].number)
        return body

    def _about(self, event: WebhookEvent) -> str:
        return f"{self._seed}/{self._workspace.workspace_id}/webhook/{event.kind}/{event.about}"

    def _head(self, event: WebhookEvent) -> Row:
        item_type = event.payments[0].item.item_type if event.payments else ""
        head = {"event": self._names[event.kind].format(item_type=item_type)}
        if not event.cart:
            head |= {"mode": "test", "mode_int": "1"} if event.is_test else {"mode": "live", "mode_int": "2"}
        return head | {"thrivecart_account": self._workspace.workspace_id, "thrivecart_secret": self._secret}

    def _base_product(self, product: Item) -> Row:
        return {
            "base_product": str(product.item_id),
            "base_product_name": product.name,
            "base_product_label": product.label or product.name,
            "base_product_owner": self._connection.vendor_account_id,
        }

    def _checkout(self, order: Order, is_old_style: bool) -> Row:
        """Return a whole order. It has no date of its own but the order's."""
        payments = {f"{payment.item.item_type}-{payment.item.item_id}": payment for payment in at_checkout(order)}
        names, bought = list(payments), [payment.item.name for payment in payments.values()]
        subscriptions = {
            name: payment.subscription for name, payment in payments.items() if payment.subscription is not None
        }
        body = self._base_product(order.product)
        body |= {
            "base_payment_plan": str(order.payments[0].option.option_id),
            "order_id": str(order.number),
            "invoice_id": invoice(order),
        }
        if subscriptions and not is_old_style:
            body["subscription_ids"] = {name: str(known.number) for name, known in subscriptions.items()}
        site = f"https://{self._workspace.workspace_id}.thrivecart.com"
        body |= {
            "order_date": clock(order.placed_at),
            "order_timestamp": unix(order.placed_at),
            "currency": order.product.currency,
            **self._customers.of(order.buyer),
            "customer_identifier": "null",
            "affiliate": _affiliate(order.affiliate),
            "order": self._orders.with_charges(order),
            "transactions": {name: transaction_id(payment) for name, payment in payments.items()},
            "subscriptions": {name: payment.processor_name or "false" for name, payment in payments.items()},
            "purchases": bought,
            "purchase_map": names,
            "purchase_map_flat": ",".join(names),
            "accessible_purchases": bought,
            "accessible_purchase_map": names,
            "accessible_purchase_map_flat": ",".join(names),
            "fulfillment": {"url": f"{site}/{order.product.slug}/confirm/{chosen_letters(32, order.key)}/"},
        }
        return body | self._passthrough(order)

    def _passthrough(self, order: Order) -> Row:
        carried = self._links.of(order)
        return {"passthrough": carried} if carried else {}

    def _after_checkout(self, event: WebhookEvent, order: Order, is_old_style: bool) -> Row:
        """Return one item of an order, or what followed. The date is the event's; the order keeps its own."""
        is_rebill = event.kind in ("rebill", "completed")
        number = f"{invoice(order)}-{event.made}" if is_rebill else invoice(order)
        body: Row = moment(event.at) | self._base_product(order.product)
        body |= {
            "base_payment_plan": str(order.payments[0].option.option_id),
            "order_id": str(order.number),
            "invoice_id": number,
        }
        if event.subscription and (event.kind == "cancelled" or not is_old_style):
            body["subscription_id"] = str(event.subscription.number)
        if is_rebill:
            body["recurring_payment_idx"] = str(event.made)
        body |= {
            "currency": order.product.currency,
            **self._customers.of(order.buyer),
            "affiliate": _affiliate(order.affiliate),
            "order": self._orders.totals(order),
        }
        if event.kind == "charge":
            return body | {"purchase": self._purchase(event, order)} | self._passthrough(order)
        if event.kind == "refund":
            refund = self._orders.item(event.payments[0].item, order, event.cents)
            return body | {"refund": refund, "pro-rata": "false"}
        if event.subscription:
            body["subscription"] = self._subscription(event, event.subscription, order)
        if is_rebill:
            body["subscription"]["invoice_str"] = number
        return body

    def _purchase(self, event: WebhookEvent, order: Order) -> Row:
        payment = event.payments[0]
        return self._orders.item(payment.item, order, event.cents) | {
            "quantity": str(payment.quantity),
            "payment_plan_id": str(payment.option.option_id),
            "payment_plan_name": payment.option.name,
            "transaction_id": transaction_id(payment),
        }

    def _subscription(self, event: WebhookEvent, subscription: Subscription, order: Order) -> Row:
        """Return an agreement. Its `id` is the item's: the subscription's own stands outside, or nowhere."""
        option = subscription.option
        told = self._orders.item(subscription.item, order, event.cents)
        told |= {
            "invoice_id": invoice(order),
            **amount("original_amount", int(told["amount"])),
            "frequency": option.frequency,
            "frequency_days": str(FREQUENCY_DAYS[option.frequency]),
            "remaining_rebills": str(option.payments - event.made) if option.payments else "null",
        }
        due = next_payment_at(event.paid_at or event.at, option, event.made)
        if event.kind in ("rebill", "completed"):
            told["recurring_payment_idx"] = str(event.made)
            if option.payments != event.made:
                told |= {"next_payment_date": unix(due), "next_payment_date_iso8601": due.isoformat()}
        elif event.kind == "cancelled":
            told |= {"billing_period_end": unix(due), "billing_period_end_iso8601": due.isoformat()}
        return told

    def _cart(self, event: WebhookEvent, cart: Cart) -> Row:
        viewer = self._customers.viewer(cart)
        return self._base_product(cart.product) | {"viewer": viewer, "customer": viewer} | moment(event.at)

    def _commission(self, event: WebhookEvent, commission: Commission) -> Row:
        """Return a movement on an affiliate's account: of a payment, or a payout, which is of no order."""
        body: Row = {
            **moment(event.at),
            "affiliate_user_id": commission.affiliate.user_id,
            "affiliate": _affiliate(commission.affiliate),
            "currency": commission.currency,
            "commission": amount("amount", commission.cents),
        }
        payment = commission.payment
        if payment:
            order, item = payment.order, payment.item
            body |= self._base_product(order.product) | self._customers.of(order.buyer)
            body |= {"order_id": str(order.number), "invoice_id": invoice(order)}
            body["commission"] |= {
                "type": item.item_type,
                "id": str(item.item_id),
                "name": item.name,
                "transaction_id": transaction_id(payment),
            }
        return body


def _affiliate(affiliate: Affiliate | None) -> Row | str:
    if affiliate is None:
        return "null"
    return {
        "user_id": affiliate.user_id,
        "affiliate_id": affiliate.affiliate_id,
        "name": affiliate.name,
        "email": affiliate.email,
    }
