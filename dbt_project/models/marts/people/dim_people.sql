-- Grain: one person of a workspace.
with emails as (
    select * from {{ ref('bridge_person_emails') }}
),

resolved as (
    select * from {{ ref('int_people_resolved') }}
),

transactions as (
    select * from {{ ref('fct_transactions') }}
),

subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

-- Of a person's times as a subscriber, the one that lasts.
subscriber_times as (
    select * from {{ ref('int_subscriber_periods') }}
    where
        subscriber_from <= {{ build_moment() }}
        and (subscriber_to is null or subscriber_to > {{ build_moment() }})
),

-- An opt-in is told in full, also where another record of the same visit counts in its place.
touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where counts_for_attribution or kind = 'opt_in'
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

email_ranked as (
    select
        emails.person_id,
        emails.workspace_id,
        emails.email,
        row_number() over (
            partition by emails.person_id
            order by case when emails.is_crm_contact then 0 else 1 end, emails.first_seen_at, emails.email
        ) as preference
    from emails
),

leads as (
    select
        resolved.person_id,
        min(resolved.lead_created_at) as lead_created_at,
        min(resolved.lead_created_date) as lead_created_date
    from resolved
    group by resolved.person_id
),

money as (
    select
        transactions.person_id,
        min(case when transactions.amount > 0 then transactions.occurred_at end) as first_purchase_at,
        min(case when transactions.amount > 0 then transactions.occurred_date end) as first_purchase_date,
        max(case when transactions.amount > 0 then transactions.occurred_at end) as last_purchase_at,
        count(distinct transactions.order_id) as order_count,
        count(*) = count(transactions.reporting_amount) as has_all_rates,
        sum(case when transactions.amount > 0 then transactions.reporting_amount else 0 end)
            as reporting_lifetime_gross_amount,
        sum(case when transactions.amount < 0 then -transactions.reporting_amount else 0 end)
            as reporting_lifetime_refunded_amount
    from transactions
    where transactions.person_id is not null
    group by transactions.person_id
),

activity as (
    select
        subscriptions.person_id,
        sum(case when subscriptions.is_active then 1 else 0 end) as active_subscription_count,
        sum(case when subscriptions.status = 'paused' then 1 else 0 end) as paused_subscription_count,
        sum(case when subscriptions.status = 'cancelled' then 1 else 0 end) as cancelled_subscription_count
    from subscriptions
    where subscriptions.person_id is not null
    group by subscriptions.person_id
),

touch_ranked as (
    select
        touchpoints.person_id,
        touchpoints.channel,
        touchpoints.platform,
        touchpoints.campaign_id,
        case
            when touchpoints.counts_for_attribution
                then
                    row_number() over (
                        partition by touchpoints.person_id, touchpoints.counts_for_attribution
                        order by touchpoints.occurred_at, touchpoints.touchpoint_id
                    )
        end as position_of_touch,
        case
            when touchpoints.kind = 'opt_in'
                then
                    row_number() over (
                        partition by touchpoints.person_id, touchpoints.kind
                        order by touchpoints.occurred_at, touchpoints.touchpoint_id
                    )
        end as position_of_opt_in,
        case
            when touchpoints.counts_for_attribution and touchpoints.occurred_at <= money.first_purchase_at
                then
                    row_number() over (
                        partition by
                            touchpoints.person_id, touchpoints.counts_for_attribution,
                            coalesce(touchpoints.occurred_at <= money.first_purchase_at, false)
                        order by touchpoints.occurred_at desc, touchpoints.touchpoint_id desc
                    )
        end as recency_before_purchase
    from touchpoints
    left join money on touchpoints.person_id = money.person_id
),

touches as (
    select
        touch_ranked.person_id,
        max(case when touch_ranked.position_of_touch = 1 then touch_ranked.channel end) as first_channel,
        max(case when touch_ranked.position_of_touch = 1 then touch_ranked.platform end) as first_platform,
        max(case when touch_ranked.position_of_touch = 1 then touch_ranked.campaign_id end) as first_campaign_id,
        max(case when touch_ranked.position_of_opt_in = 1 then touch_ranked.channel end) as opt_in_channel,
        max(case when touch_ranked.position_of_opt_in = 1 then touch_ranked.campaign_id end) as opt_in_campaign_id,
        max(case when touch_ranked.recency_before_purchase = 1 then touch_ranked.channel end) as purchase_channel,
        max(case when touch_ranked.recency_before_purchase = 1 then touch_ranked.campaign_id end)
            as purchase_campaign_id
    from touch_ranked
    group by touch_ranked.person_id
),

final as (
    select
        email_ranked.person_id,
        email_ranked.workspace_id,
        email_ranked.email as primary_email,
        leads.lead_created_at,
        leads.lead_created_date,
        money.first_purchase_at,
        money.first_purchase_date,
        money.last_purchase_at,
        leads.lead_created_at is not null as is_lead,
        money.first_purchase_at is not null as is_customer,
        coalesce(activity.active_subscription_count, 0) > 0 as is_active_subscriber,
        cast(coalesce(activity.active_subscription_count, 0) as bigint) as active_subscription_count,
        cast(coalesce(activity.paused_subscription_count, 0) as bigint) as paused_subscription_count,
        cast(coalesce(activity.cancelled_subscription_count, 0) as bigint) as cancelled_subscription_count,
        subscriber_times.subscriber_from as subscriber_since_at,
        cast(coalesce(money.order_count, 0) as bigint) as order_count,
        workspaces.reporting_currency,
        case
            when coalesce(money.has_all_rates, true)
                then cast(coalesce(money.reporting_lifetime_gross_amount, 0) as decimal(18, 2))
        end as reporting_lifetime_gross_amount,
        case
            when coalesce(money.has_all_rates, true)
                then cast(coalesce(money.reporting_lifetime_refunded_amount, 0) as decimal(18, 2))
        end as reporting_lifetime_refunded_amount,
        case
            when coalesce(money.has_all_rates, true)
                then
                    cast(
                        coalesce(money.reporting_lifetime_gross_amount - money.reporting_lifetime_refunded_amount, 0)
                        as decimal(18, 2)
                    )
        end as reporting_lifetime_net_amount,
        touches.first_channel,
        touches.first_platform,
        touches.first_campaign_id,
        touches.opt_in_channel,
        touches.opt_in_campaign_id,
        touches.purchase_channel,
        touches.purchase_campaign_id,
        cast({{ dbt.datediff('leads.lead_created_date', 'money.first_purchase_date', 'day') }} as bigint)
            as days_to_purchase
    from email_ranked
    inner join workspaces on email_ranked.workspace_id = workspaces.workspace_id
    left join leads on email_ranked.person_id = leads.person_id
    left join money on email_ranked.person_id = money.person_id
    left join activity on email_ranked.person_id = activity.person_id
    left join subscriber_times on email_ranked.person_id = subscriber_times.person_id
    left join touches on email_ranked.person_id = touches.person_id
    where email_ranked.preference = 1
)

select * from final
