-- Grain: one touchpoint of a known person: what a CRM tells of a contact, a checkout that said where the buyer came
-- from, or what a file or an export of web analytics tells, also of the time when the person was only an anonymous id.
with contact_touchpoints as (
    select * from {{ ref('int_contact_touchpoints') }}
),

checkout_touchpoints as (
    select * from {{ ref('int_checkout_touchpoints') }}
),

file_touchpoints as (
    select * from {{ ref('int_file_touchpoints_resolved') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

of_contacts as (
    select
        contact_touchpoints.workspace_id,
        contact_touchpoints.touchpoint_id,
        people.person_id,
        contact_touchpoints.connection_id,
        contact_touchpoints.evidence,
        contact_touchpoints.touchpoint_kind,
        contact_touchpoints.occurred_at,
        contact_touchpoints.occurred_date,
        contact_touchpoints.landing_page,
        contact_touchpoints.referrer,
        contact_touchpoints.utm_source,
        contact_touchpoints.utm_medium,
        contact_touchpoints.utm_campaign,
        contact_touchpoints.utm_content,
        contact_touchpoints.utm_term,
        cast(null as varchar) as told_utm_id,
        cast(null as varchar) as told_campaign_id,
        cast(null as varchar) as told_ad_set_id,
        cast(null as varchar) as told_ad_id,
        cast(null as varchar) as told_click_id_kinds,
        cast(null as varchar) as affiliate_id,
        contact_touchpoints.tag_name
    from contact_touchpoints
    inner join people
        on contact_touchpoints.workspace_id = people.workspace_id and contact_touchpoints.email = people.email
),

of_checkouts as (
    select
        checkout_touchpoints.workspace_id,
        checkout_touchpoints.touchpoint_id,
        checkout_touchpoints.person_id,
        checkout_touchpoints.connection_id,
        'checkout' as evidence,
        'checkout' as touchpoint_kind,
        checkout_touchpoints.occurred_at,
        checkout_touchpoints.occurred_date,
        null as landing_page,
        checkout_touchpoints.referrer,
        checkout_touchpoints.utm_source,
        checkout_touchpoints.utm_medium,
        checkout_touchpoints.utm_campaign,
        checkout_touchpoints.utm_content,
        checkout_touchpoints.utm_term,
        checkout_touchpoints.utm_id as told_utm_id,
        checkout_touchpoints.campaign_id as told_campaign_id,
        checkout_touchpoints.ad_set_id as told_ad_set_id,
        checkout_touchpoints.ad_id as told_ad_id,
        checkout_touchpoints.click_id_kinds as told_click_id_kinds,
        checkout_touchpoints.affiliate_id,
        null as tag_name
    from checkout_touchpoints
),

of_files as (
    select
        file_touchpoints.workspace_id,
        file_touchpoints.touchpoint_id,
        file_touchpoints.person_id,
        file_touchpoints.connection_id,
        'touchpoints_file' as evidence,
        file_touchpoints.kind as touchpoint_kind,
        file_touchpoints.occurred_at,
        file_touchpoints.occurred_date,
        file_touchpoints.landing_page,
        file_touchpoints.referrer,
        file_touchpoints.utm_source,
        file_touchpoints.utm_medium,
        file_touchpoints.utm_campaign,
        file_touchpoints.utm_content,
        file_touchpoints.utm_term,
        null as told_utm_id,
        file_touchpoints.told_campaign_id,
        file_touchpoints.told_ad_set_id,
        file_touchpoints.told_ad_id,
        file_touchpoints.told_click_id_kinds,
        null as affiliate_id,
        null as tag_name
    from file_touchpoints
),

unioned as (
    select * from of_contacts
    union all
    select * from of_checkouts
    union all
    select * from of_files
),

final as (
    select * from unioned
)

select * from final
