-- Grain: one contact with utm values in its custom fields. Several places may hold some, such as those of the first and
-- those of the latest visit: each is taken as a whole, and the first in the seed's order that has any counts.
with fields as (
    select * from {{ source('activecampaign', 'fields') }}
),

field_values as (
    select * from {{ source('activecampaign', 'field_values') }}
),

utm_fields as (
    select * from {{ ref('activecampaign_utm_fields') }}
),

named as (
    select
        fields.connection_id,
        fields.id as field_id,
        replace(replace(lower({{ blank_to_null('fields.title') }}), ' ', '_'), '-', '_') as title_name,
        lower({{ blank_to_null('fields.perstag') }}) as tag_name
    from fields
),

matched as (
    select
        named.connection_id,
        named.field_id,
        utm_fields.parameter,
        utm_fields.place,
        -- The title and the personalization tag of a field may say two things: the title counts.
        row_number() over (
            partition by named.connection_id, named.field_id
            order by case when named.title_name = utm_fields.field_name then 0 else 1 end asc, utm_fields.place asc
        ) as preference
    from named
    inner join utm_fields on named.title_name = utm_fields.field_name or named.tag_name = utm_fields.field_name
),

told as (
    select
        field_values.connection_id,
        field_values.contact,
        matched.parameter,
        matched.place,
        {{ blank_to_null('field_values.value') }} as told_value,
        coalesce(field_values.udate, field_values.cdate) as told_at
    from field_values
    inner join matched
        on field_values.connection_id = matched.connection_id
        and field_values.field = matched.field_id
        and matched.preference = 1
),

placed as (
    select
        told.connection_id,
        told.contact,
        told.place,
        min(told.told_at) as told_at,
        min(case when told.parameter = 'utm_source' then told.told_value end) as utm_source,
        min(case when told.parameter = 'utm_medium' then told.told_value end) as utm_medium,
        min(case when told.parameter = 'utm_campaign' then told.told_value end) as utm_campaign,
        min(case when told.parameter = 'utm_content' then told.told_value end) as utm_content,
        min(case when told.parameter = 'utm_term' then told.told_value end) as utm_term,
        min(case when told.parameter = 'referrer' then told.told_value end) as referrer
    from told
    where told.told_value is not null
    group by told.connection_id, told.contact, told.place
),

ranked as (
    select
        placed.*,
        row_number() over (partition by placed.connection_id, placed.contact order by placed.place) as place_rank
    from placed
),

final as (
    select
        ranked.connection_id,
        ranked.connection_id || ':' || ranked.contact as contact_id,
        ranked.told_at,
        ranked.utm_source,
        ranked.utm_medium,
        ranked.utm_campaign,
        ranked.utm_content,
        ranked.utm_term,
        ranked.referrer
    from ranked
    where ranked.place_rank = 1
)

select * from final
