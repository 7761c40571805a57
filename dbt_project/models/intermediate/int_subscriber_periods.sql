-- Grain: one unbroken time in which a person had at least one active subscription.
with active_periods as (
    select * from {{ ref('int_subscription_active_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

owned as (
    select
        terms.person_id,
        active_periods.subscription_id,
        active_periods.active_from,
        -- No end is the latest end.
        coalesce(active_periods.active_to, {{ end_of_time() }}) as active_to
    from active_periods
    inner join terms on active_periods.subscription_id = terms.subscription_id
    where terms.person_id is not null
),

reached as (
    select
        owned.*,
        max(owned.active_to) over (
            partition by owned.person_id order by owned.active_from, owned.subscription_id
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from owned
),

numbered as (
    select
        reached.*,
        sum(case when reached.reached_before >= reached.active_from then 0 else 1 end) over (
            partition by reached.person_id order by reached.active_from, reached.subscription_id
            rows between unbounded preceding and current row
        ) as time_number
    from reached
),

final as (
    select
        numbered.person_id,
        min(numbered.active_from) as subscriber_from,
        nullif(max(numbered.active_to), {{ end_of_time() }}) as subscriber_to
    from numbered
    group by numbered.person_id, numbered.time_number
)

select * from final
