-- Grain: one interval in which a subscription was in one status, from its first row on without gap or overlap.
with changes as (
    select * from {{ ref('int_subscription_changes') }}
    where not is_contradicted
),

assertions as (
    select * from {{ ref('int_subscription_assertions') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

conversions as (
    select
        assertions.subscription_id,
        max(assertions.converted_at) as converted_at
    from assertions
    group by assertions.subscription_id
),

final as (
    select
        changes.subscription_id,
        terms.workspace_id,
        terms.connection_id,
        changes.status_after as status,
        changes.occurred_at as valid_from,
        lead(changes.occurred_at) over (partition by changes.subscription_id order by changes.occurred_at) as valid_to,
        terms.has_trial and (conversions.converted_at is null or changes.occurred_at < conversions.converted_at)
            as is_in_trial,
        case when changes.status_after = 'cancelled' then changes.occurred_at end as cancelled_at,
        changes.ends_at,
        changes.change,
        changes.evidence,
        changes.evidence_id
    from changes
    inner join terms on changes.subscription_id = terms.subscription_id
    inner join conversions on changes.subscription_id = conversions.subscription_id
)

select * from final
