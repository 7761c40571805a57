"""What the two businesses sell, and the ways to pay for it."""

from dataclasses import dataclass

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True)
class PricingOption:
    """A way to pay. `price` (cents) is charged at once; with a frequency `recurring` (cents) is charged afterwards.

    `payments` counts all payments of a plan, the first included; 0 is open-ended.
    """

    option_id: int
    name: str
    price: int
    frequency: str = ""
    recurring: int = 0
    payments: int = 0
    trial_days: int = 0

    @property
    def kind(self) -> str:
        """ThriveCart's word for it."""
        if not self.frequency:
            return "onetime"
        return "split" if self.payments else "subscription"


@dataclass(frozen=True)
class Item:
    """A thing on sale. A bump has the number of the product it stands beside; other types count on their own."""

    item_type: str
    item_id: int
    name: str
    currency: str
    options: tuple[PricingOption, ...]
    label: str = ""
    is_physical: bool = False
    is_live: bool = True
    has_readable_pricing: bool = True

    @property
    def path(self) -> str:
        """Where the API keeps it."""
        return f"{self.item_type}s/{self.item_id}"

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.name.lower().replace(" ", "-").replace("'", "")

    def option(self, name: str) -> PricingOption:
        """Return the way to pay of that name. Raises KeyError."""
        for option in self.options:
            if option.name == name:
                return option
        raise KeyError(f"{self.name} has no option {name}")


@dataclass(frozen=True)
class Offer:
    """What a share of the crowd comes to buy, and how long subscribers of it stay, in payments."""

    item: Item
    option: PricingOption
    weight: float
    typical_payments: float = 0.0


class Catalogue:
    """Everything one ThriveCart account sells, found by type and number, or by the part an item plays."""

    def __init__(self, items: tuple[Item, ...], offers: tuple[tuple[int, str, float, float], ...]) -> None:
        """Take the items, and the crowd's offers as (product number, option, weight, typical payments)."""
        self.items = items
        self._by_key = {(item.item_type, item.item_id): item for item in items}
        self.offers = tuple(
            Offer(self.get("product", number), self.get("product", number).option(option), weight, payments)
            for number, option, weight, payments in offers
        )

    def get(self, item_type: str, item_id: int) -> Item:
        """Return an item. Raises KeyError."""
        return self._by_key[item_type, item_id]

    def bump_of(self, product: Item) -> Item | None:
        """Return the bump that stands beside a product."""
        return self._by_key.get(("bump", product.item_id))


def _once(option_id: int, price: int) -> tuple[PricingOption, ...]:
    return (PricingOption(option_id, "One payment", price),)


def _membership(first_id: int, month: int, quarter: int, year: int) -> tuple[PricingOption, ...]:
    return (
        PricingOption(first_id, "Monthly", month, "month", month),
        PricingOption(first_id + 1, "Quarterly", quarter, "quarter", quarter),
        PricingOption(first_id + 2, "Yearly", year, "year", year),
        PricingOption(first_id + 3, "Trial", 100, "month", month, trial_days=14),
    )


def _programme(first_id: int, once: int, third: int, sixth: int) -> tuple[PricingOption, ...]:
    return (
        PricingOption(first_id, "One payment", once),
        PricingOption(first_id + 1, "3 payments", third, "month", third, payments=3),
        PricingOption(first_id + 2, "6 payments", sixth, "month", sixth, payments=6),
    )


def _weekly(option_id: int, price: int) -> tuple[PricingOption, ...]:
    return (PricingOption(option_id, "Weekly", price, "week", price),)


_OFFERS = (
    (1, "One payment", 25.0, 0.0),
    (2, "One payment", 19.0, 0.0),
    (3, "Monthly", 15.0, 8.5),
    (3, "Quarterly", 3.0, 4.0),
    (3, "Yearly", 3.0, 2.0),
    (3, "Trial", 7.0, 5.5),
    (4, "Weekly", 6.0, 20.0),
    (5, "One payment", 1.5, 0.0),
    (5, "3 payments", 3.0, 3.0),
    (5, "6 payments", 2.5, 6.0),
    (6, "One payment", 6.0, 0.0),
    (9, "One payment", 3.0, 0.0),
)

CATALOGUES = {
    "northwind": Catalogue(
        (
            Item("product", 1, "Trail Photography Course", "USD", _once(101, 19700), label="flagship"),
            Item("product", 2, "Field Notes Workshop", "USD", _once(102, 9700)),
            Item("product", 3, "Academy Membership", "USD", _membership(301, 3900, 10500, 39000)),
            Item("product", 4, "Weekly Critique Circle", "USD", _weekly(401, 1200)),
            Item("product", 5, "Guide Certification", "USD", _programme(501, 54900, 19900, 10400)),
            Item("product", 6, "Printed Field Journal", "USD", _once(601, 2400), is_physical=True),
            Item("product", 7, "London Weekend Intensive", "GBP", _once(701, 24900), label="UK"),
            Item("product", 8, "Mentor Hour", "USD", _once(801, 18000), is_live=False),
            Item("product", 9, "Pocket Mini Course", "USD", _once(901, 1900), has_readable_pricing=False),
            Item("bump", 1, "Lens Cheat Sheets", "USD", _once(1101, 1700)),
            Item("bump", 3, "Preset Pack", "USD", _once(1103, 2700)),
            Item("upsell", 1, "Masterclass Bundle", "USD", _once(2101, 14700)),
            Item("upsell", 2, "Coaching Circle", "USD", (PricingOption(2102, "Monthly", 7900, "month", 7900),)),
            Item("downsell", 1, "Masterclass Lite", "USD", _once(3101, 6700)),
        ),
        (*_OFFERS, (7, "One payment", 2.0, 0.0)),
    ),
    "lumen": Catalogue(
        (
            Item("product", 1, "Light and Colour Course", "EUR", _once(111, 17900), label="flagship"),
            Item("product", 2, "Sketchbook Workshop", "EUR", _once(112, 8900)),
            Item("product", 3, "Studio Membership", "EUR", _membership(311, 3500, 9600, 34900)),
            Item("product", 4, "Weekly Drawing Prompts", "EUR", _weekly(411, 1100)),
            Item("product", 5, "Illustrator Programme", "EUR", _programme(511, 49900, 17900, 9400)),
            Item("product", 6, "Risograph Print", "EUR", _once(611, 3200), is_physical=True),
            Item("product", 8, "Portfolio Review", "EUR", _once(811, 15000), is_live=False),
            Item("product", 9, "Brush Starter Kit", "EUR", _once(911, 1500), has_readable_pricing=False),
            Item("bump", 1, "Palette Library", "EUR", _once(1111, 1500)),
            Item("bump", 3, "Texture Pack", "EUR", _once(1113, 2300)),
            Item("upsell", 1, "Masterclass Archive", "EUR", _once(2111, 12900)),
            Item("upsell", 2, "Feedback Circle", "EUR", (PricingOption(2112, "Monthly", 6900, "month", 6900),)),
            Item("downsell", 1, "Masterclass Sampler", "EUR", _once(3111, 5900)),
        ),
        _OFFERS,
    ),
}
