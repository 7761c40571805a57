"""Exchange rates, and money in another currency."""

import random
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sandbox.business.span import Span

_PAIRS = {("GBP", "USD"): 12700}
"""Rates in ten-thousandths, at which a walk begins and to which it is drawn back."""


@dataclass(frozen=True)
class Rates:
    """Daily rates in ten-thousandths, by (currency, reporting currency)."""

    by_day: dict[tuple[str, str], dict[date, int]]

    def convert(self, cents: int, currency: str, reporting_currency: str, day: date) -> int:
        """Return cents of the reporting currency, a half rounded away from zero. Raises KeyError without a rate."""
        if currency == reporting_currency:
            return cents
        return rounded(Fraction(cents * self.by_day[currency, reporting_currency][day], 10000))


def drawn_rates(seed: int, span: Span) -> Rates:
    """Return a rate for every day of the span."""
    by_day: dict[tuple[str, str], dict[date, int]] = {}
    for (currency, reporting_currency), usual in _PAIRS.items():
        rate = float(usual)
        by_day[currency, reporting_currency] = walk = {}
        for day in span.days():
            draws = random.Random(f"{seed}/rate/{currency}/{reporting_currency}/{day}")
            rate += draws.gauss(0, 55) + (usual - rate) * 0.01
            walk[day] = round(rate)
    return Rates(by_day)


def rounded(amount: Fraction) -> int:
    """Return the nearest whole number, a half rounded away from zero."""
    magnitude = int(abs(amount) + Fraction(1, 2))
    return magnitude if amount >= 0 else -magnitude
