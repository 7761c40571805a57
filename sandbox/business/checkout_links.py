"""The link by which a buyer came to the checkout, as far as it said something: it may be another than the first."""

from datetime import date

from sandbox.business import touches
from sandbox.business.books import Books
from sandbox.business.campaigns import Ad, ads_of
from sandbox.business.chance import chance, chosen, chosen_letters
from sandbox.business.records import Order, Touch
from sandbox.business.span import Span

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
CLICK_NAMES = ("fbclid", "gclid")
_SHARE_BY_THE_FIRST_LINK = 0.5
_SHARE_BY_ANOTHER_LINK = 0.15
_CLICK_PREFIXES = {"fbclid": "IwAR", "gclid": "Cj0K"}
_NAMES_OF_CLICKS = {"facebook": "fbclid", "google": "gclid"}


class CheckoutLinks:
    """The links of one business's orders."""

    def __init__(self, books: Books, span: Span) -> None:
        """Know the ads."""
        self._seed = books.seed
        self._workspace = workspace = books.workspace
        self._span = span
        self._ads = [ad for ad in ads_of(workspace.workspace_id) if ad.lead_weight and not ad.is_deleted]
        self._shown: dict[date, list[Ad]] = {}

    def of(self, order: Order) -> dict[str, str]:
        """Return what the link carried: utm values, and the click id of an ad; empty for no link that says anything."""
        touch = self.touch_of(order)
        if touch is None:
            return {}
        carried = {name: value for name in UTM_NAMES if (value := getattr(touch, name))}
        if click_name := _NAMES_OF_CLICKS.get(carried["utm_source"]):
            about = self._about(order)
            carried[click_name] = _CLICK_PREFIXES[click_name] + chosen_letters(24, f"{about}/click")
        return carried

    def touch_of(self, order: Order) -> Touch | None:
        """Return what brought the buyer to the checkout, as far as the link said so."""
        if order.is_test:
            return None
        about = self._about(order)
        which = chance(about)
        if which < _SHARE_BY_ANOTHER_LINK:
            return self._another(order.placed_at.date(), about)
        touch = order.touch
        if touch is None or not touch.utm_source or which > _SHARE_BY_ANOTHER_LINK + _SHARE_BY_THE_FIRST_LINK:
            return None
        return touch

    def _about(self, order: Order) -> str:
        return f"{self._seed}/{self._workspace.workspace_id}/link/{order.key}"

    def _another(self, day: date, about: str) -> Touch:
        kind = chance(f"{about}/kind")
        if kind < 0.3:
            return touches.from_search_ad(self._workspace)
        if kind < 0.5 or not (shown := self._ads_on(day)):
            return touches.from_letter(self._workspace, day)
        return touches.from_ad(self._workspace, chosen(shown, f"{about}/ad"))

    def _ads_on(self, day: date) -> list[Ad]:
        if day not in self._shown:
            self._shown[day] = [ad for ad in self._ads if ad.campaign.runs_on(day, self._span)]
        return self._shown[day]
