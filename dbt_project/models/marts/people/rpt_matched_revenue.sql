-- Grain: one month of a workspace, in the workspace's days, per currency: how much of its revenue is of people whom the
-- CRM knows. Payments before refunds, so that a share lies between 0 and 1.
with payments as (
    select * from {{ ref('fct_transactions') }}
    where transaction_type in ('charge', 'rebill')
),

grouped as (
    select
        payments.workspace_id,
        cast({{ dbt.date_trunc('month', 'payments.occurred_date') }} as date) as month,
        payments.currency,
        payments.reporting_currency,
        sum(payments.amount) as amount,
        sum(case when payments.is_matched then payments.amount else 0 end) as matched_amount,
        count(*) = count(payments.reporting_amount) as has_all_rates,
        sum(payments.reporting_amount) as reporting_amount,
        sum(case when payments.is_matched then payments.reporting_amount else 0 end) as reporting_matched_amount
    from payments
    group by
        payments.workspace_id,
        cast({{ dbt.date_trunc('month', 'payments.occurred_date') }} as date),
        payments.currency,
        payments.reporting_currency
),

final as (
    select
        grouped.workspace_id,
        grouped.month,
        grouped.currency,
        cast(grouped.amount as decimal(18, 2)) as amount,
        cast(grouped.matched_amount as decimal(18, 2)) as matched_amount,
        cast(grouped.amount - grouped.matched_amount as decimal(18, 2)) as unmatched_amount,
        {{ ratio('grouped.matched_amount', 'grouped.amount') }} as matched_share,
        grouped.reporting_currency,
        case when grouped.has_all_rates then cast(grouped.reporting_amount as decimal(18, 2)) end as reporting_amount,
        case when grouped.has_all_rates then cast(grouped.reporting_matched_amount as decimal(18, 2)) end
            as reporting_matched_amount,
        case
            when grouped.has_all_rates
                then cast(grouped.reporting_amount - grouped.reporting_matched_amount as decimal(18, 2))
        end as reporting_unmatched_amount
    from grouped
)

select * from final
