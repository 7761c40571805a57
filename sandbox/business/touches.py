"""What a CRM keeps of how somebody came, source by source."""

from datetime import date

from sandbox.business.campaigns import Ad, Campaign
from sandbox.business.records import Touch
from sandbox.business.workspaces import Workspace


def from_ad(workspace: Workspace, ad: Ad) -> Touch:
    """Return a click on an ad whose link carries everything: campaign name and ad id."""
    return Touch(
        referrer=f"{workspace.site}/free-lesson?utm_source=facebook",
        utm_source="facebook",
        utm_medium="paid_social",
        utm_campaign=ad.campaign.utm_campaign,
        utm_term=ad.ad_set_name,
        utm_content=ad.ad_id,
        ad=ad,
        campaign=ad.campaign,
    )


def from_campaign(workspace: Workspace, campaign: Campaign) -> Touch:
    """Return a click on a link that names the campaign only."""
    source, medium = {
        "meta": ("facebook", "paid_social"),
        "podcast": ("podcast", "podcast"),
        "newsletter": (campaign.utm_campaign, "sponsorship"),
    }[campaign.platform]
    return Touch(
        referrer=f"{workspace.site}/free-lesson?utm_source={source}",
        utm_source=source,
        utm_medium=medium,
        utm_campaign=campaign.utm_campaign,
        campaign=campaign,
    )


def from_search() -> Touch:
    """Return a visit from a search engine."""
    return Touch(referrer="https://www.google.com/")


def from_search_ad(workspace: Workspace) -> Touch:
    """Return a click on an ad beside the answers of a search engine."""
    return Touch(
        referrer="https://www.google.com/",
        utm_source="google",
        utm_medium="cpc",
        utm_campaign="Brand search",
        utm_term=workspace.name.lower(),
    )


def from_letter(workspace: Workspace, day: date) -> Touch:
    """Return a click in a letter of the business's own that somebody passed on."""
    year, week, _ = day.isocalendar()
    return Touch(
        referrer=f"{workspace.site}/letters?utm_source=newsletter",
        utm_source="newsletter",
        utm_medium="email",
        utm_campaign=f"letter_{year}_{week:02d}",
    )


def from_friend() -> Touch:
    """Return a click on somebody else's page."""
    return Touch(referrer="https://studio-notes.example.org/resources")


def direct() -> Touch:
    """Return a visit that says nothing of its source: the CRM keeps the form and no more."""
    return Touch()
