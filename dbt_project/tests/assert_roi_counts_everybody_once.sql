-- Guards: both reports on return have every lead, new customer and order exactly once, under every model that may be
-- summed. Each row is rounded to a millionth.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_roi_by_lead_date'}}}) }}

with counted as (
    select
        workspace_id,
        sum(case when is_lead then 1 else 0 end) as leads,
        sum(case when is_customer then 1 else 0 end) as customers,
        sum(orders) as orders,
        sum(returning_orders) as returning_orders
    from {{ ref('int_people_acquired') }}
    group by workspace_id
),

models as (
    select model
    from {{ ref('attribution_models') }}
    where not is_overlapping
),

reports as (
    select
        'rpt_roi_daily' as report,
        workspace_id,
        model,
        leads,
        customers,
        orders,
        returning_orders
    from {{ ref('rpt_roi_daily') }}
    union all
    select
        'rpt_roi_by_lead_date' as report,
        workspace_id,
        model,
        leads,
        customers,
        orders,
        returning_orders
    from {{ ref('rpt_roi_by_lead_date') }}
),

reported as (
    select
        report,
        workspace_id,
        model,
        count(*) * 0.0000005 as rounding,
        sum(leads) as leads,
        sum(customers) as customers,
        sum(orders) as orders,
        sum(returning_orders) as returning_orders
    from reports
    group by report, workspace_id, model
),

names as (
    select distinct report
    from reports
)

select
    names.report,
    counted.workspace_id,
    models.model,
    counted.leads as expected_leads,
    reported.leads,
    counted.customers as expected_customers,
    reported.customers,
    counted.orders as expected_orders,
    reported.orders
from counted
cross join models
cross join names
left join reported
    on names.report = reported.report
    and counted.workspace_id = reported.workspace_id
    and models.model = reported.model
where
    reported.report is null
    or abs(reported.leads - counted.leads) > reported.rounding
    or abs(reported.customers - counted.customers) > reported.rounding
    or abs(reported.orders - counted.orders) > reported.rounding
    or abs(reported.returning_orders - counted.returning_orders) > reported.rounding
