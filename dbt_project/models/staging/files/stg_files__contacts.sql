with contacts as (
    select * from {{ source('files', 'contacts') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        contacts.connection_id,
        contacts.connection_id || ':' || contacts.source_file || ':' || cast(contacts.row_number as varchar)
            as contact_id,
        -- Two CRMs may number their contacts alike: a number says something within its file only.
        contacts.connection_id || ':' || contacts.source_file || ':#' || {{ blank_to_null('contacts.contact_id') }}
            as crm_contact_id,
        {{ normalize_email('contacts.email') }} as email,
        {{ blank_to_null('contacts.first_name') }} as first_name,
        {{ blank_to_null('contacts.last_name') }} as last_name,
        {{ blank_to_null('contacts.phone') }} as phone,
        {{ blank_to_null('contacts.postal_code') }} as postal_code,
        {{ blank_to_null('contacts.additional_emails') }} as additional_emails,
        {{ blank_to_null('contacts.merged_contact_ids') }} as merged_contact_ids,
        contacts.created_at,
        {{ reporting_date('contacts.created_at', 'connections.reporting_time_zone') }} as created_date,
        {{ blank_to_null('contacts.referrer') }} as referrer,
        {{ blank_to_null('contacts.utm_source') }} as utm_source,
        {{ blank_to_null('contacts.utm_medium') }} as utm_medium,
        {{ blank_to_null('contacts.utm_campaign') }} as utm_campaign,
        {{ blank_to_null('contacts.utm_content') }} as utm_content,
        {{ blank_to_null('contacts.utm_term') }} as utm_term,
        {{ blank_to_null('contacts.tags') }} as tags,
        contacts.source_file,
        contacts.row_number as source_row,
        contacts.seen_at
    from contacts
    inner join connections on contacts.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
