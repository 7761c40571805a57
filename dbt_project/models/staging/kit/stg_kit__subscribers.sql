-- Grain: one subscriber, there or not: who is not at Kit any more is marked, and stays.
with subscribers as (
    select * from {{ source('kit', 'subscribers') }}
),

missing as (
    select * from {{ source('kit', 'missing_subscribers') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        subscribers.connection_id,
        subscribers.id as subscriber_id,
        subscribers.connection_id || ':' || subscribers.id as contact_id,
        {{ normalize_email('subscribers.email_address') }} as email,
        {{ blank_to_null('subscribers.first_name') }} as first_name,
        -- Kit itself knows first names only; the last one is in the custom field that its importers and forms make.
        {{ blank_to_null(json_text('subscribers.fields', 'last_name')) }} as last_name,
        subscribers.state as subscriber_state,
        subscribers.created_at,
        {{ reporting_date('subscribers.created_at', 'connections.reporting_time_zone') }} as created_date,
        subscribers.canceled_at as cancelled_at,
        missing.subscriber_id is not null as is_deleted,
        missing.missed_at as deleted_at,
        {{ blank_to_null(json_text('subscribers.attribution', 'referrer')) }} as referrer,
        {{ blank_to_null(json_text('subscribers.attribution', 'utm_source')) }} as utm_source,
        {{ blank_to_null(json_text('subscribers.attribution', 'utm_medium')) }} as utm_medium,
        {{ blank_to_null(json_text('subscribers.attribution', 'utm_campaign')) }} as utm_campaign,
        {{ blank_to_null(json_text('subscribers.attribution', 'utm_content')) }} as utm_content,
        {{ blank_to_null(json_text('subscribers.attribution', 'utm_term')) }} as utm_term,
        {{ blank_to_null(json_text('subscribers.attribution', 'source_name')) }} as form_name,
        subscribers.seen_at
    from subscribers
    inner join connections on subscribers.connection_id = connections.connection_id
    -- One that was seen again after it was missed is not missing.
    left join missing
        on subscribers.connection_id = missing.connection_id
        and subscribers.id = missing.subscriber_id
        and subscribers.seen_at < missing.missed_at
),

final as (
    select * from renamed
)

select * from final
