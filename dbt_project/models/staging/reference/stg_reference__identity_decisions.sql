with decisions as (
    select * from {{ ref('identity_decisions') }}
),

renamed as (
    select
        decisions.workspace_id,
        {{ normalize_email('decisions.email') }} as email,
        {{ normalize_email('decisions.other_email') }} as other_email,
        decisions.decision,
        decisions.decided_at,
        decisions.reason
    from decisions
),

final as (
    select * from renamed
)

select * from final
