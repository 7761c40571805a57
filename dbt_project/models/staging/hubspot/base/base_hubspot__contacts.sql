-- Grain: one contact record, as HubSpot last showed it.
with told as (
    {{ json_texts(
        source('hubspot', 'contacts'),
        'properties',
        [
            'email', 'firstname', 'lastname', 'phone', 'mobilephone', 'zip', 'lifecyclestage', 'hs_additional_emails',
            'hs_merged_object_ids', 'hs_analytics_source', 'hs_analytics_source_data_1', 'hs_analytics_source_data_2',
            'hs_analytics_first_url', 'hs_analytics_first_referrer', 'hs_analytics_first_timestamp', 'hs_latest_source',
            'hs_latest_source_data_1', 'hs_latest_source_data_2', 'hs_latest_source_timestamp', 'utm_source',
            'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'
        ],
        ['connection_id', 'id', 'properties', 'created_at', 'updated_at', 'archived', 'archived_at', 'seen_at']
    ) }}
),

renamed as (
    select
        told.connection_id,
        told.id as hubspot_contact_id,
        told.connection_id || ':' || told.id as contact_id,
        {{ normalize_email('told.email') }} as email,
        {{ blank_to_null('told.firstname') }} as first_name,
        {{ blank_to_null('told.lastname') }} as last_name,
        coalesce({{ blank_to_null('told.phone') }}, {{ blank_to_null('told.mobilephone') }}) as phone,
        {{ blank_to_null('told.zip') }} as postal_code,
        {{ blank_to_null('told.lifecyclestage') }} as lifecycle_stage,
        {{ blank_to_null('told.hs_additional_emails') }} as additional_emails,
        {{ blank_to_null('told.hs_merged_object_ids') }} as merged_contact_ids,
        upper({{ blank_to_null('told.hs_analytics_source') }}) as first_source,
        {{ blank_to_null('told.hs_analytics_source_data_1') }} as first_source_detail_1,
        {{ blank_to_null('told.hs_analytics_source_data_2') }} as first_source_detail_2,
        {{ blank_to_null('told.hs_analytics_first_url') }} as first_url,
        {{ blank_to_null('told.hs_analytics_first_referrer') }} as first_referrer,
        {{ hubspot_moment('told.hs_analytics_first_timestamp') }} as first_source_at,
        upper({{ blank_to_null('told.hs_latest_source') }}) as latest_source,
        {{ blank_to_null('told.hs_latest_source_data_1') }} as latest_source_detail_1,
        {{ blank_to_null('told.hs_latest_source_data_2') }} as latest_source_detail_2,
        {{ hubspot_moment('told.hs_latest_source_timestamp') }} as latest_source_at,
        {{ blank_to_null('told.utm_source') }} as property_utm_source,
        {{ blank_to_null('told.utm_medium') }} as property_utm_medium,
        {{ blank_to_null('told.utm_campaign') }} as property_utm_campaign,
        {{ blank_to_null('told.utm_content') }} as property_utm_content,
        {{ blank_to_null('told.utm_term') }} as property_utm_term,
        told.properties,
        told.created_at,
        told.updated_at as modified_at,
        coalesce(told.archived, false) as is_archived,
        told.archived_at,
        told.seen_at
    from told
),

final as (
    select * from renamed
)

select * from final
