"""Paid campaigns: what runs when, what it costs to win a contact with it, and how good those contacts are."""

from dataclasses import dataclass
from datetime import date

from sandbox.business.span import Span


@dataclass(frozen=True)
class Campaign:
    """A paid campaign, known to an ad account or to a spend file.

    `leads_per_day` is an average; `cost_per_lead` is in cents; `quality` multiplies how often its contacts buy.
    It runs from `first_day` to `last_day`, counted from the business's first day; None has no end.
    """

    workspace_id: str
    connection_id: str
    platform: str
    campaign_id: str
    name: str
    leads_per_day: float
    cost_per_lead: int
    quality: float
    first_day: int = 0
    last_day: int | None = None
    utm_campaign: str = ""

    def runs_on(self, day: date, span: Span) -> bool:
        """Tell whether it is shown on a day."""
        offset = span.offset(day)
        return self.first_day <= offset and (self.last_day is None or offset <= self.last_day)


@dataclass(frozen=True)
class Ad:
    """An ad. Its shares of the campaign's contacts and of its spend are weights. A deleted ad is in no list of ads."""

    campaign: Campaign
    ad_set_id: str
    ad_set_name: str
    ad_id: str
    name: str
    lead_weight: float
    spend_weight: float
    is_deleted: bool = False


@dataclass(frozen=True)
class _Plan:
    name: str
    leads_per_day: float
    cost_per_lead: int
    quality: float
    days: tuple[int, int | None]
    ads: tuple[tuple[str, str, float, float], ...]
    """Ad set, ad, weight in contacts, weight in spend."""
    deleted: tuple[str, ...] = ()


_PLANS: dict[tuple[str, str], tuple[_Plan, ...]] = {
    ("northwind", "northwind_meta"): (
        _Plan("Evergreen Free Lesson", 1.5, 2500, 1.2, (0, None), (
            ("Lookalike 1%", "video-trailhead", 3, 2.6),
            ("Lookalike 1%", "carousel-peaks", 2, 2),
            ("Interests", "image-tent", 1.2, 1.6),
            ("Interests", "image-compass", 0, 0.5),
        )),
        _Plan("Retargeting Visitors", 0.6, 2900, 1.7, (0, None), (
            ("Visitors 30 days", "testimonial-ana", 2, 1.7),
            ("Visitors 30 days", "testimonial-jo", 1, 1.1),
            ("Cart starters", "reminder-map", 1, 1),
        )),
        _Plan("Membership Push", 0.9, 3300, 0.8, (0, None), (
            ("Broad", "video-campfire", 2, 2),
            ("Broad", "image-circle", 1, 1.3),
            ("Broad", "image-retired", 0.8, 0.9),
        ), deleted=("image-retired",)),
        _Plan("Autumn Light Launch", 2.2, 3200, 1.3, (60, 130), (
            ("Broad", "video-golden-hour", 2, 1.8),
            ("Lookalike 3%", "image-leaves", 1, 1.2),
        )),
        _Plan("Spring Trails Launch", 2.0, 3200, 1.0, (270, 360), (
            ("Broad", "video-thaw", 2, 2),
            ("Broad", "image-boots", 1, 1),
            ("Lookalike 3%", "story-river", 0, 0.3),
        )),
        _Plan("Cold Reach Test", 0.7, 5200, 0.35, (150, 420), (
            ("Everyone", "video-summit", 1, 1),
            ("Everyone", "image-lake", 0.6, 0.9),
        )),
        _Plan("Certification Info Evening", 0.9, 3300, 1.5, (430, None), (
            ("Professionals", "video-guide", 2, 1.8),
            ("Professionals", "image-badge", 1, 1.1),
        )),
    ),
    ("northwind", "northwind_meta_uk"): (
        _Plan("UK Free Lesson", 0.7, 2300, 1.0, (30, None), (
            ("UK Lookalike", "video-moor", 2, 1.9),
            ("UK Lookalike", "image-rain", 1, 1.2),
            ("UK Interests", "image-hidden", 0.5, 0.6),
        ), deleted=("image-hidden",)),
        _Plan("London Weekend", 0.35, 4300, 0.6, (200, 520), (
            ("London", "video-thames", 1, 1),
            ("London", "image-bridge", 0.5, 0.8),
        )),
    ),
    ("lumen", "lumen_meta"): (
        _Plan("Sketch Habit Challenge", 2.1, 1900, 1.15, (0, None), (
            ("DACH Broad", "video-pencil", 3, 2.7),
            ("DACH Broad", "carousel-pages", 2, 2),
            ("DACH Lookalike", "image-desk", 1, 1.4),
            ("DACH Lookalike", "image-blank", 0, 0.4),
        )),
        _Plan("Studio Retargeting", 0.6, 2900, 1.7, (0, None), (
            ("Visitors 30 days", "testimonial-mila", 2, 1.8),
            ("Visitors 30 days", "reminder-brush", 1, 1.2),
        )),
        _Plan("Membership Winter", 1.9, 3000, 1.0, (80, 160), (
            ("DACH Broad", "video-window", 2, 2),
            ("DACH Broad", "image-lamp", 1, 1.1),
            ("DACH Broad", "image-withdrawn", 0.6, 0.7),
        ), deleted=("image-withdrawn",)),
        _Plan("Nordic Cold Test", 0.6, 5200, 0.3, (200, 480), (
            ("Nordics", "video-fjord", 1, 1),
            ("Nordics", "image-snow", 0.5, 0.8),
        )),
        _Plan("Illustrator Open House", 1.0, 2900, 1.5, (330, None), (
            ("Professionals", "video-portfolio", 2, 1.9),
            ("Professionals", "image-portrait", 1, 1.1),
        )),
    ),
}  # fmt: skip


def _meta_number(connection_id: str, kind: int, count: int) -> str:
    account = sorted(connection for _, connection in _PLANS).index(connection_id) + 1
    return f"6215{account}{kind}{count:04d}00001"


def _build_ads() -> tuple[Ad, ...]:
    ads = []
    for (workspace_id, connection_id), plans in _PLANS.items():
        ad_sets: dict[tuple[str, str], str] = {}
        ad_count = 0
        for number, plan in enumerate(plans, start=1):
            campaign = Campaign(
                workspace_id,
                connection_id,
                "meta",
                _meta_number(connection_id, 1, number),
                plan.name,
                plan.leads_per_day,
                plan.cost_per_lead,
                plan.quality,
                *plan.days,
                utm_campaign=plan.name,
            )
            for ad_set, ad, lead_weight, spend_weight in plan.ads:
                ad_set_id = ad_sets.setdefault((plan.name, ad_set), _meta_number(connection_id, 2, len(ad_sets) + 1))
                ad_count += 1
                ads.append(
                    Ad(
                        campaign,
                        ad_set_id,
                        ad_set,
                        _meta_number(connection_id, 3, ad_count),
                        ad,
                        lead_weight,
                        spend_weight,
                        is_deleted=ad in plan.deleted,
                    )
                )
    return tuple(ads)


ADS = _build_ads()

FILE_CAMPAIGNS = (
    # The files leave out ids, so that the name stands for the campaign.
    Campaign("northwind", "northwind_files", "podcast", "Show A", "Show A", 0.6, 3100, 1.3, utm_campaign="show_a"),
    Campaign("northwind", "northwind_files", "podcast", "Show B", "Show B", 0.2, 4800, 0.5, utm_campaign="show_b"),
    Campaign(
        "lumen",
        "lumen_files",
        "newsletter",
        "Paper Weekly",
        "Paper Weekly",
        0.7,
        2400,
        1.1,
        utm_campaign="paper_weekly",
    ),
)


def ads_of(workspace_id: str) -> tuple[Ad, ...]:
    """Return the Meta ads of a business, deleted ones included."""
    return tuple(ad for ad in ADS if ad.campaign.workspace_id == workspace_id)


def campaigns_of(workspace_id: str) -> tuple[Campaign, ...]:
    """Return all paid campaigns of a business, each once."""
    of_ads = dict.fromkeys(ad.campaign for ad in ads_of(workspace_id))
    return (*of_ads, *(campaign for campaign in FILE_CAMPAIGNS if campaign.workspace_id == workspace_id))
