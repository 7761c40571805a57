-- Grain: one contact record, live or not: what GoHighLevel does not have any more is marked, and stays.
with contacts as (
    select * from {{ source('gohighlevel', 'contacts') }}
),

missing as (
    select * from {{ source('gohighlevel', 'missing_contacts') }}
),

attributions as (
    select * from {{ ref('base_gohighlevel__attributions') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        contacts.connection_id,
        contacts.connection_id || ':' || contacts.id as contact_id,
        contacts.id as gohighlevel_contact_id,
        {{ normalize_email('contacts.email') }} as email,
        coalesce({{ blank_to_null('contacts.first_name') }}, {{ blank_to_null('contacts.first_name_lower_case') }})
            as first_name,
        coalesce({{ blank_to_null('contacts.last_name') }}, {{ blank_to_null('contacts.last_name_lower_case') }})
            as last_name,
        {{ blank_to_null('contacts.phone') }} as phone,
        {{ blank_to_null('contacts.postal_code') }} as postal_code,
        {{ blank_to_null('contacts.type') }} as contact_type,
        coalesce(contacts.dnd, false) as is_do_not_disturb,
        contacts.date_added as created_at,
        {{ reporting_date('contacts.date_added', 'connections.reporting_time_zone') }} as created_date,
        contacts.date_updated as modified_at,
        missing.contact_id is not null as is_deleted,
        missing.missed_at as deleted_at,
        contacts.custom_fields,
        contacts.seen_at
    from contacts
    inner join connections on contacts.connection_id = connections.connection_id
    -- One that was seen again after it was missed is not missing.
    left join missing
        on contacts.connection_id = missing.connection_id
        and contacts.id = missing.contact_id
        and contacts.seen_at < missing.missed_at
),

final as (
    select
        renamed.workspace_id,
        renamed.connection_id,
        renamed.contact_id,
        renamed.gohighlevel_contact_id,
        renamed.email,
        renamed.first_name,
        renamed.last_name,
        renamed.phone,
        renamed.postal_code,
        renamed.contact_type,
        renamed.is_do_not_disturb,
        renamed.created_at,
        renamed.created_date,
        renamed.modified_at,
        renamed.is_deleted,
        renamed.deleted_at,
        firsts.landing_url,
        firsts.referrer,
        firsts.utm_source,
        firsts.utm_medium,
        firsts.utm_campaign,
        firsts.utm_content,
        firsts.utm_term,
        firsts.campaign_id,
        firsts.ad_id,
        firsts.click_id,
        firsts.click_id_type,
        lasts.landing_url as last_landing_url,
        lasts.referrer as last_referrer,
        lasts.utm_source as last_utm_source,
        lasts.utm_medium as last_utm_medium,
        lasts.utm_campaign as last_utm_campaign,
        lasts.utm_content as last_utm_content,
        lasts.utm_term as last_utm_term,
        lasts.campaign_id as last_campaign_id,
        lasts.ad_id as last_ad_id,
        lasts.click_id as last_click_id,
        lasts.click_id_type as last_click_id_type,
        renamed.custom_fields,
        renamed.seen_at
    from renamed
    left join attributions as firsts on renamed.contact_id = firsts.contact_id and firsts.place = 'first'
    left join attributions as lasts on renamed.contact_id = lasts.contact_id and lasts.place = 'last'
)

select * from final
