-- Grain: one interval of days at whose ends a person's subscriptions of one currency brought one MRR together, 0 where
-- they brought none, from the first row on without gap or overlap. Who has no address is a person of one subscription.
with mrr_periods as (
    select * from {{ ref('int_subscription_mrr_periods') }}
),

-- Of a day counts what holds at its end.
kept as (
    select
        mrr_periods.*,
        coalesce(mrr_periods.person_id, mrr_periods.subscription_id) as subscriber_id
    from mrr_periods
    where mrr_periods.valid_to_date is null or mrr_periods.valid_to_date > mrr_periods.valid_from_date
),

compared as (
    select
        kept.*,
        coalesce(lag(kept.mrr_amount) over (partition by kept.subscription_id order by kept.valid_from), 0)
            as mrr_amount_before
    from kept
),

-- What is not known adds nothing: rpt_mrr_movements counts how often that is so.
stepped as (
    select
        compared.workspace_id,
        compared.subscriber_id,
        compared.person_id,
        compared.currency,
        compared.valid_from_date,
        sum(coalesce(compared.mrr_amount, 0) - compared.mrr_amount_before) as step_amount,
        sum(
            case
                when coalesce(compared.mrr_amount, 0) = 0 and not compared.is_completed then compared.mrr_amount_before
                else 0
            end
        ) as ended_amount
    from compared
    group by
        compared.workspace_id, compared.subscriber_id, compared.person_id, compared.currency, compared.valid_from_date
),

summed as (
    select
        stepped.*,
        sum(stepped.step_amount) over (
            partition by stepped.workspace_id, stepped.subscriber_id, stepped.currency
            order by stepped.valid_from_date
        ) as mrr_amount,
        row_number() over (
            partition by stepped.workspace_id, stepped.subscriber_id, stepped.currency
            order by stepped.valid_from_date
        ) as step_number
    from stepped
),

final as (
    select
        summed.workspace_id,
        summed.subscriber_id,
        summed.person_id,
        summed.currency,
        summed.valid_from_date,
        lead(summed.valid_from_date) over (
            partition by summed.workspace_id, summed.subscriber_id, summed.currency
            order by summed.valid_from_date
        ) as valid_to_date,
        cast(summed.mrr_amount as decimal(18, 2)) as mrr_amount,
        -- What ended last was paid to its end, and nothing was given up that day.
        summed.mrr_amount = 0 and summed.step_amount < 0 and summed.ended_amount = 0 as is_completed
    from summed
    where summed.step_number = 1 or summed.step_amount <> 0
)

select * from final
