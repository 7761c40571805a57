"""A plain reading of the rules of attribution, in fractions: who gets which cents, and why others get none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.dbt.attribution_journeys import Journey, Touch

MODELS = (
    "first_touch",
    "opt_in",
    "last_touch",
    "last_paid_touch",
    "linear",
    "position_based",
    "time_decay",
    "any_touch",
)
PAID_CHANNELS = ("paid_social", "paid_search")
UNPAID_CHANNELS = ("email",)
UNIT = Fraction(1, 10**10)
"""Weights have ten decimals."""


@dataclass(frozen=True)
class Policies:
    attribution_look_back_days: int | str = "none"
    attribution_half_life_days: float = 7


def is_paid(touch: Touch) -> bool:
    channel, platform, _, _, ad = touch.source
    if ad or channel in PAID_CHANNELS:
        return True
    return channel not in UNPAID_CHANNELS and platform is not None


def label(touch: Touch) -> tuple[str | None, ...]:
    """Return what a report shows a touch as: the ad entity, and else the channel."""
    return touch.source[1:] if touch.source[1] else touch.source[:1]


@dataclass(frozen=True)
class Reading:
    """One conversion of a journey, at a moment."""

    journey: Journey
    at: datetime
    policies: Policies

    @property
    def since(self) -> datetime | None:
        days = self.policies.attribution_look_back_days
        return self.at - timedelta(hours=24 * days) if isinstance(days, int) else None

    @property
    def counting(self) -> list[Touch]:
        """The touches that count, the first first."""
        inside = [
            touch
            for touch in self.journey.touches
            if not touch.not_counted_because and touch.at <= self.at and not (self.since and touch.at < self.since)
        ]
        return sorted(inside, key=lambda touch: (touch.at, touch.number))

    def opt_in(self) -> list[Touch]:
        told = [touch for touch in self.counting if touch.kind == "opt_in"]
        lead_at = self.journey.lead_at
        return told[:1] or [touch for touch in self.counting if lead_at and touch.at <= lead_at][-1:]

    def of_each_ad(self) -> list[Touch]:
        firsts: dict[tuple[str | None, ...], Touch] = {}
        for touch in self.counting:
            firsts.setdefault(label(touch), touch)
        return list(firsts.values())

    def parts(self, model: str) -> dict[str, Fraction]:
        """Return the true part of each touch, before any rounding. time_decay comes from floats."""
        counting = self.counting
        count = len(counting)
        chosen = {
            "first_touch": counting[:1],
            "opt_in": self.opt_in(),
            "last_touch": counting[-1:],
            "last_paid_touch": [touch for touch in counting if is_paid(touch)][-1:],
            "any_touch": self.of_each_ad(),
        }
        if model in chosen:
            return {touch.number: Fraction(1) for touch in chosen[model]}
        if model == "linear" or (model == "position_based" and count < 3):
            return {touch.number: Fraction(1, count) for touch in counting}
        if model == "position_based":
            between = {touch.number: Fraction(1, 5) / (count - 2) for touch in counting[1:-1]}
            return {counting[0].number: Fraction(2, 5), **between, counting[-1].number: Fraction(2, 5)}
        half_life = timedelta(days=self.policies.attribution_half_life_days)
        halves = {touch.number: Fraction(0.5 ** ((self.at - touch.at) / half_life)) for touch in counting}
        return {number: part / sum(halves.values()) for number, part in halves.items()}

    def weights(self, model: str) -> dict[str, Decimal]:
        """Return the parts in ten decimals, but for time_decay; what these leave over is the first touch's."""
        parts = self.parts(model)
        if model == "linear":
            units = {number: round(part / UNIT) for number, part in parts.items()}
        else:
            units = {number: floor(part / UNIT) for number, part in parts.items()}
        if model != "any_touch" and units:
            units[next(iter(units))] += 10**10 - sum(units.values())
        return {number: Decimal(unit).scaleb(-10) for number, unit in units.items()}

    def reason(self, touch: Touch, model: str) -> str:
        """Why a touch does not count under a model."""
        if touch.at > self.at:
            return "after_conversion"
        if touch not in self.counting:
            return "outside_look_back"
        return {
            "first_touch": "not_first",
            "opt_in": "not_opt_in",
            "last_touch": "not_last",
            "last_paid_touch": "not_last_paid" if is_paid(touch) else "not_paid",
            "time_decay": "decayed",
            "any_touch": "repeats_ad",
        }[model]


def shares(model: str, cents: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Share out signed cents by parts, given in the order of the touches.

    What differs by less than a ten-thousandth of a cent is equal: weights of ten decimals say no more.
    """
    if model == "any_touch":
        return dict.fromkeys(parts, cents)
    direction, whole = (-1 if cents < 0 else 1), abs(cents)
    exact = {number: round(whole * part, 4) for number, part in parts.items()}
    shared = {number: floor(share) for number, share in exact.items()}
    left_over = whole - sum(shared.values())
    by_remainder: Sequence[str] = sorted(parts, key=lambda number: shared[number] - exact[number])
    for number in by_remainder[:left_over]:
        shared[number] += 1
    return {number: direction * share for number, share in shared.items()}
