-- Grain: one interval in one status as it was known for a while: known_from is the build that first had it, known_to
-- the build that had it no more.
with versions as (
    select * from {{ ref('snp_subscription_periods') }}
),

final as (
    select
        versions.subscription_id,
        versions.workspace_id,
        versions.connection_id,
        versions.status,
        versions.valid_from,
        versions.valid_to,
        versions.ends_at,
        {{ as_moment('versions.known_from') }} as known_from,
        {{ as_moment('versions.known_to') }} as known_to
    from versions
)

select * from final
