"""What the demo shows at its end: the answers of each workspace, read from the published marts."""

import os
from decimal import Decimal
from typing import Any

import duckdb

from ingestion.warehouse import project_root
from orchestration.publish import published_path

CAMPAIGNS_SHOWN = 6
BAR = 20
"""Characters of the longest bar."""

WORKSPACES = """
select distinct workspace_id, reporting_currency
from marts.rpt_roi_daily
order by workspace_id
"""

# All money ever paid so far by orders whose first touch was the campaign; spend of all its days.
CAMPAIGNS = """
with names as (
    select workspace_id, platform, campaign_id, max(campaign_name) as campaign_name
    from marts.dim_campaigns
    group by workspace_id, platform, campaign_id
)

select
    coalesce(names.campaign_name, roi.campaign_id) as campaign,
    roi.platform,
    sum(roi.reporting_spend_amount) as spend,
    sum(roi.reporting_revenue_amount) as revenue,
    sum(roi.reporting_net_amount) as net,
    sum(roi.reporting_net_amount) / sum(roi.reporting_spend_amount) as roas
from marts.rpt_roi_daily as roi
inner join names using (workspace_id, platform, campaign_id)
where roi.workspace_id = ? and roi.model = 'first_touch' and roi.campaign_id <> 'unallocated'
group by all
having sum(roi.reporting_spend_amount) > 0
order by spend desc
limit ?
"""

WITHOUT_CAMPAIGN = """
select platform, sum(reporting_spend_amount), sum(reporting_revenue_amount), sum(reporting_net_amount)
from marts.rpt_roi_daily
where workspace_id = ? and model = 'first_touch' and coalesce(campaign_id, 'unallocated') = 'unallocated'
group by platform
having sum(reporting_spend_amount) <> 0 or sum(reporting_revenue_amount) <> 0
order by platform
"""

TOTALS = """
select sum(reporting_spend_amount), sum(reporting_revenue_amount), sum(reporting_net_amount)
from marts.rpt_roi_daily
where workspace_id = ? and model = 'first_touch'
"""

# The year that was over a year ago: what came in during it, and what the people won in it have paid until today.
YEAR_BEFORE = """
with span as (
    select max(report_date) - interval 2 year as begins_after, max(report_date) - interval 1 year as ends_on
    from marts.rpt_roi_daily
    where workspace_id = $workspace
),

during as (
    select platform, campaign_id, sum(reporting_spend_amount) as spend, sum(reporting_net_amount) as net
    from marts.rpt_roi_daily
    inner join span on report_date > begins_after and report_date <= ends_on
    where workspace_id = $workspace and model = 'first_touch'
    group by all
),

so_far as (
    select platform, campaign_id, sum(reporting_net_amount) as net
    from marts.rpt_roi_by_lead_date
    inner join span on lead_date > begins_after and lead_date <= ends_on
    where workspace_id = $workspace and model = 'first_touch'
    group by all
),

names as (
    select platform, campaign_id, max(campaign_name) as campaign_name
    from marts.dim_campaigns
    where workspace_id = $workspace
    group by all
)

select
    names.campaign_name || ' (' || names.platform || ')' as campaign,
    coalesce(during.spend, 0) as spend,
    coalesce(during.net, 0) as net_during,
    coalesce(so_far.net, 0) as net_so_far,
    (select strftime(ends_on, '%Y-%m-%d') from span) as ends_on
from during
full join so_far
    on during.platform = so_far.platform and during.campaign_id is not distinct from so_far.campaign_id
left join names
    on during.platform = names.platform
    and during.campaign_id = names.campaign_id
    and names.campaign_id <> 'unallocated'
order by spend desc, campaign
"""

SUBSCRIPTIONS = """
select
    count(*) filter (where is_active),
    count(*) filter (where is_active and thrivecart_status = 'active'),
    count(*) filter (where status = 'paused'),
    count(*) filter (where status = 'completed'),
    count(*) filter (where status = 'cancelled')
from marts.dim_subscriptions
where workspace_id = ?
"""

# MRR stays in the currency that is charged.
RECURRING = """
select currency, sum(mrr_amount)
from marts.dim_subscriptions
where workspace_id = ?
group by currency
having sum(mrr_amount) > 0
order by 2 desc
"""

DIFFERENCES = """
select count(*) filter (where reason is not null), count(*), count(*) filter (where reason = 'unexplained')
from marts.rpt_thrivecart_reconciliation
where workspace_id = ?
"""

MATCHED = """
select
    coalesce(sum(reporting_amount) filter (where is_matched), 0),
    coalesce(sum(reporting_amount) filter (where not is_matched), 0),
    count(distinct person_id) filter (where not is_matched and amount <> 0)
from marts.fct_transactions
where workspace_id = ?
"""


# Without quotes, as it stands in a command of the shell.
BEST_CUSTOMERS = (
    "select primary_email, first_channel, reporting_lifetime_net_amount "
    "from marts.dim_people order by reporting_lifetime_net_amount desc limit 5"
)


def text() -> str:
    """Return the screen. All amounts are in each workspace's reporting currency, before any cost but the ads."""
    with duckdb.connect(str(published_path()), read_only=True) as marts:
        workspaces = marts.execute(WORKSPACES).fetchall()
        sections = [_workspace(marts, workspace, currency) for workspace, currency in workspaces]
    return "\n\n".join([*sections, _where_to_look()])


def _workspace(marts: duckdb.DuckDBPyConnection, workspace: str, currency: str) -> str:
    campaigns = marts.execute(CAMPAIGNS, [workspace, CAMPAIGNS_SHOWN]).fetchall()
    without = marts.execute(WITHOUT_CAMPAIGN, [workspace]).fetchall()
    spend, revenue, net = _one(marts, TOTALS, workspace)
    active, as_shown, paused, completed, cancelled = _one(marts, SUBSCRIPTIONS, workspace)
    matched, unmatched, strangers = _one(marts, MATCHED, workspace)
    differing, compared, unexplained = _one(marts, DIFFERENCES, workspace)
    most = max((roas for *_, roas in campaigns), default=0) or 1
    lines = [
        f"{workspace}  (amounts in {currency})",
        "",
        f"  {'campaign, by first touch':<36}{'spend':>12}{'revenue':>13}{'net':>13}{'ROAS':>7}",
    ]
    for campaign, platform, campaign_spend, campaign_revenue, campaign_net, roas in campaigns:
        bar = "█" * max(round(BAR * max(roas, 0) / most), 1)
        label = f"{campaign} ({platform})"[:35]
        lines.append(f"  {label:<36}{_money(campaign_spend, campaign_revenue, campaign_net)}{roas:>7.2f}  {bar}")
    lines += [f"  {_LABELS.get(label, label):<36}{_money(*amounts)}" for label, *amounts in without]
    lines += [
        f"  {'all of it':<36}{_money(spend, revenue, net)}{_ratio(net, spend):>7.2f}",
        "",
        *_year_before(marts, workspace),
        f"  active subscriptions  {active:>9,}   {paused:,} of them paused: ThriveCart itself counts {as_shown:,}",
        f"  ended subscriptions   {completed + cancelled:>9,}   {completed:,} paid to the end, {cancelled:,} cancelled",
        *(
            f"  recurring revenue  {amount:>12,.2f}   {name} a month, without payment plans and trials"
            for name, amount in marts.execute(RECURRING, [workspace]).fetchall()
        ),
        f"  ThriveCart differs {differing:>12,}   of {compared:,} comparisons, {unexplained} of them without a reason: "
        "rpt_thrivecart_reconciliation",
        f"  matched revenue    {matched:>12,.2f}   paid by people the CRM knows",
        f"  unmatched revenue  {unmatched:>12,.2f}   paid by {strangers:,} people it does not: rpt_unmatched_revenue",
    ]
    return "\n".join(lines)


def _year_before(marts: duckdb.DuckDBPyConnection, workspace: str) -> list[str]:
    """Return the lines of that year; none if nothing was spent in it. Ratios come from sums."""
    rows = marts.execute(YEAR_BEFORE, {"workspace": workspace}).fetchall()
    if not any(spend for _, spend, *_ in rows):
        return []
    spend, during, so_far = (sum(row[place] for row in rows) for place in (1, 2, 3))
    shown = [row for row in rows if row[0] and row[1] > 0][:CAMPAIGNS_SHOWN]
    return [
        f"  {'the year to ' + rows[0][4]:<36}{'spend':>12}{'ROAS then':>13}{'by lead date':>15}",
        *(
            f"  {campaign[:35]:<36}{cost:>12,.2f}{_ratio(net, cost):>13.2f}{_ratio(net_so_far, cost):>15.2f}"
            for campaign, cost, net, net_so_far, _ in shown
        ),
        f"  {'all of it':<36}{spend:>12,.2f}{_ratio(during, spend):>13.2f}{_ratio(so_far, spend):>15.2f}"
        "  all that its leads have paid until now",
        "",
    ]


_LABELS = {
    "no_ad": "other channels, without an ad",
    "unattributed": "without any touchpoint",
    "before_tracking": "before the first touchpoint",
    "meta": "spend of ads Meta names no more",
}


def _one(marts: duckdb.DuckDBPyConnection, sql: str, workspace: str) -> tuple[Any, ...]:
    row = marts.execute(sql, [workspace]).fetchone()
    assert row is not None  # noqa: S101
    return row


def _ratio(amount: Decimal, spend: Decimal) -> float:
    return float(amount) / float(spend) if spend else 0


def _money(*amounts: Decimal | None) -> str:
    widths = (12, 13, 13)
    return "".join(f"{amount or 0:>{width},.2f}" for amount, width in zip(amounts, widths, strict=True))


def _where_to_look() -> str:
    file = os.path.relpath(published_path(), project_root())
    return f"""Where to look next
  the marts    {file}: any SQL or BI tool with DuckDB in it opens it; so does Python:
               .venv/bin/python -c "import duckdb; print(duckdb.connect('{file}', True).sql('{BEST_CUSTOMERS}'))"
  the graph    make dev DEMO=1, then http://127.0.0.1:3000
  your own     README.md, "Connect your own accounts", then make run"""
