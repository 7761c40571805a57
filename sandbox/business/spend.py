"""What the ads cost and showed, day by day of their ad account."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sandbox.business.campaigns import ADS, FILE_CAMPAIGNS, Ad, Campaign
from sandbox.business.season import busyness
from sandbox.business.span import DAY, Span
from sandbox.business.workspaces import CONNECTIONS

DAYS_BETWEEN_SPOTS = 7
_SHARE_OF_SILENT_DAYS = 0.02


@dataclass(frozen=True)
class AdDay:
    """An ad on a day: spend in cents of the account's currency, and what it was seen and clicked."""

    ad: Ad
    day: date
    spend: int
    impressions: int
    clicks: int
    link_clicks: int
    reach: int


@dataclass(frozen=True)
class Spot:
    """A podcast or newsletter issue that was paid for: spend in cents."""

    campaign: Campaign
    day: date
    spend: int
    audience: int
    clicks: int


@dataclass
class Spend:
    """All that was spent, oldest first."""

    ad_days: list[AdDay] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    def listed_ads(self) -> frozenset[str]:
        """Return the ids of ads that a report at ad level shows."""
        return frozenset(day.ad.ad_id for day in self.ad_days if not day.ad.is_deleted)

    def listed_campaigns(self) -> frozenset[Campaign]:
        """Return the campaigns that any report shows by name."""
        of_ads = {day.ad.campaign for day in self.ad_days if not day.ad.is_deleted}
        return frozenset(of_ads | {spot.campaign for spot in self.spots})


def drawn_spend(seed: int, span: Span, scale: float) -> Spend:
    """Return the spend of all ad accounts and spots up to now; today's is what has been spent so far."""
    spend = Spend()
    zones = {connection.connection_id: connection.time_zone for connection in CONNECTIONS}
    weights: dict[Campaign, float] = {}
    for ad in ADS:
        weights[ad.campaign] = weights.get(ad.campaign, 0.0) + ad.spend_weight
    for day in span.days():
        busy = busyness(day, span) * scale
        for ad in ADS:
            # A day of an account in the west may last into the UTC day after it.
            is_over = span.today - day > DAY
            share = 1.0 if is_over else span.share_passed(day, ZoneInfo(zones[ad.campaign.connection_id]))
            if share and ad.campaign.runs_on(day, span):
                budget = ad.campaign.leads_per_day * ad.campaign.cost_per_lead * busy
                budget *= ad.spend_weight / weights[ad.campaign]
                spend.ad_days.extend(_delivered(seed, ad, day, budget, share))
    spend.spots.extend(_spots(seed, span, scale))
    return spend


def _delivered(seed: int, ad: Ad, day: date, budget: float, share: float) -> Iterator[AdDay]:
    draws = random.Random(f"{seed}/ad/{ad.ad_id}/{day}")
    if draws.random() < _SHARE_OF_SILENT_DAYS:
        return
    spend = budget * draws.uniform(0.75, 1.25)
    thousands = spend / draws.uniform(1100, 1700)
    rates = draws.uniform(0.008, 0.02), draws.uniform(0.6, 0.8), draws.uniform(0.8, 0.95)
    impressions = int(1000 * thousands * share)
    clicks = int(impressions * rates[0])
    yield AdDay(
        ad,
        day,
        max(1, int(spend * share)),
        impressions,
        clicks,
        int(clicks * rates[1]),
        int(impressions * rates[2]),
    )


def _spots(seed: int, span: Span, scale: float) -> Iterator[Spot]:
    for day in span.days():
        if span.offset(day) % DAYS_BETWEEN_SPOTS:
            continue
        for campaign in FILE_CAMPAIGNS:
            draws = random.Random(f"{seed}/spot/{campaign.name}/{day}")
            price = campaign.leads_per_day * campaign.cost_per_lead * DAYS_BETWEEN_SPOTS * scale
            cents = max(1, round(price * draws.uniform(0.9, 1.1)))
            yield Spot(campaign, day, cents, int(cents / 3.2), int(cents / 180))
