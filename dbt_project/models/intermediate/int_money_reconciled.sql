-- Grain: one day, product, currency, measure and reason, with ThriveCart's amount and ours. Each payment is compared on
-- its own: one that both sides count alike on the same day has no reason, any other stands on either side's day with
-- its reason. So the sums on each side are that side's own.
with shown as (
    select * from {{ ref('stg_thrivecart__shown_money') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where amount <> 0
),

people as (
    select
        people.workspace_id,
        people.person_id,
        max(case when people.is_crm_contact then 1 else 0 end) as crm_contacts
    from {{ ref('int_people_resolved') }} as people
    group by people.workspace_id, people.person_id
),

counted as (
    select
        transactions.transaction_id,
        transactions.workspace_id,
        transactions.connection_id,
        transactions.product_id,
        transactions.currency,
        case transactions.transaction_type when 'refund' then 'refunds' else 'gross' end as component,
        case transactions.transaction_type when 'refund' then -transactions.amount else transactions.amount end
            as amount,
        transactions.occurred_date,
        transactions.order_date,
        coalesce(people.crm_contacts, 0) = 1 as is_matched
    from transactions
    left join people on transactions.workspace_id = people.workspace_id and transactions.person_id = people.person_id
),

paired as (
    select
        coalesce(shown.workspace_id, counted.workspace_id) as workspace_id,
        coalesce(shown.connection_id, counted.connection_id) as connection_id,
        coalesce(shown.product_id, counted.product_id) as product_id,
        coalesce(shown.currency, counted.currency) as currency,
        coalesce(shown.component, counted.component) as component,
        shown.shown_date,
        shown.amount as shown_amount,
        counted.occurred_date as counted_date,
        counted.amount as counted_amount,
        counted.is_matched,
        case
            when shown.is_test then 'test_mode'
            when shown.evidence in ('tax', 'commission') then 'not_in_api'
            when shown.evidence = 'webhook' and not shown.is_overdue then 'not_yet_loaded'
            when coalesce(shown.amount <> counted.amount, true) then 'unexplained'
            when shown.shown_date = counted.occurred_date then null
            when
                counted.component = 'refunds'
                and counted.order_date <> counted.occurred_date
                and '{{ var("thrivecart_refund_day") }}' = 'order_day'
                then 'refund_dated_otherwise'
            else 'time_zone'
        end as reason
    from shown
    full outer join counted
        on shown.transaction_id = counted.transaction_id and shown.component = counted.component
),

measures as (
    select 'gross' as measure, false as is_net
    union all
    select 'refunds' as measure, false as is_net
    union all
    select 'tax' as measure, false as is_net
    union all
    select 'commissions' as measure, false as is_net
    union all
    select 'net' as measure, true as is_net
    union all
    select 'contact_linked_net' as measure, true as is_net
),

measured as (
    select
        paired.*,
        measures.measure,
        measures.measure = 'contact_linked_net' and not paired.is_matched as is_left_out,
        case when measures.is_net and paired.component <> 'gross' then -1 else 1 end as sign
    from paired
    inner join measures on paired.component = measures.measure or measures.is_net
),

reasoned as (
    select
        measured.*,
        case
            when measured.is_left_out and coalesce(measured.reason, '') <> 'unexplained' then 'unmatched'
            else measured.reason
        end as measure_reason
    from measured
),

sides as (
    select
        reasoned.workspace_id, reasoned.connection_id, reasoned.product_id, reasoned.currency, reasoned.measure,
        reasoned.measure_reason,
        reasoned.shown_date as report_date,
        reasoned.sign * reasoned.shown_amount as thrivecart_amount,
        cast(0 as decimal(18, 2)) as warehouse_amount
    from reasoned
    where reasoned.shown_amount is not null
    union all
    select
        reasoned.workspace_id, reasoned.connection_id, reasoned.product_id, reasoned.currency, reasoned.measure,
        reasoned.measure_reason,
        reasoned.counted_date as report_date,
        cast(0 as decimal(18, 2)) as thrivecart_amount,
        reasoned.sign * reasoned.counted_amount as warehouse_amount
    from reasoned
    where reasoned.counted_amount is not null and not coalesce(reasoned.is_left_out, false)
),

summed as (
    select
        sides.workspace_id,
        sides.connection_id,
        sides.product_id,
        sides.currency,
        sides.report_date,
        sides.measure,
        sides.measure_reason as reason,
        sum(sides.thrivecart_amount) as thrivecart_amount,
        sum(sides.warehouse_amount) as warehouse_amount
    from sides
    group by
        sides.workspace_id, sides.connection_id, sides.product_id, sides.currency, sides.report_date, sides.measure,
        sides.measure_reason
),

first_webhooks as (
    select
        shown.connection_id,
        min(shown.webhooks_since_date) as webhooks_since_date
    from shown
    group by shown.connection_id
),

final as (
    select
        summed.workspace_id,
        summed.connection_id,
        coalesce(summed.product_id, summed.connection_id || ':no_product') || ':' || summed.currency
        || ':' || cast(summed.report_date as varchar) as subject_id,
        summed.product_id,
        summed.currency,
        summed.report_date,
        coalesce(summed.report_date >= first_webhooks.webhooks_since_date, false) as has_webhooks,
        summed.measure,
        summed.reason,
        cast(summed.thrivecart_amount as decimal(18, 2)) as thrivecart_amount,
        cast(summed.warehouse_amount as decimal(18, 2)) as warehouse_amount
    from summed
    left join first_webhooks on summed.connection_id = first_webhooks.connection_id
)

select * from final
