-- Grain: one ad account, as Meta describes it.
with accounts as (
    select * from {{ source('meta_ads', 'accounts') }}
),

renamed as (
    select
        accounts.connection_id,
        'meta' as platform,
        accounts.account_id,
        {{ blank_to_null('accounts.name') }} as account_name,
        upper(accounts.currency) as currency,
        accounts.timezone_name as account_time_zone,
        accounts.seen_at
    from accounts
),

final as (
    select * from renamed
)

select * from final
