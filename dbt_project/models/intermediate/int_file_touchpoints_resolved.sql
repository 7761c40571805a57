-- Grain: one row of a touchpoints file whose person is known, also of the time when they were only an anonymous id, and
-- that says where they came from. An event that is in two exports is here once, and of a visit that web analytics tell
-- of page by page only its first event: two weigh twice as much as one.
with touchpoints as (
    select * from {{ ref('stg_files__touchpoints') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

user_ids as (
    select * from {{ ref('int_user_ids_resolved') }}
),

anonymous_ids as (
    select * from {{ ref('int_anonymous_ids_resolved') }}
),

resolved as (
    select
        touchpoints.*,
        coalesce(people.person_id, user_ids.person_id, anonymous_ids.person_id) as person_id,
        row_number() over (
            partition by
                touchpoints.connection_id,
                touchpoints.made_by,
                coalesce(touchpoints.event_id, touchpoints.touchpoint_id)
            order by touchpoints.source_file, touchpoints.source_row
        ) as place_of_copy
    from touchpoints
    left join people
        on touchpoints.workspace_id = people.workspace_id and touchpoints.email = people.email
    left join user_ids
        on touchpoints.connection_id = user_ids.connection_id
        and touchpoints.user_id = user_ids.user_id
        and touchpoints.email is null
    left join anonymous_ids
        on touchpoints.workspace_id = anonymous_ids.workspace_id
        and touchpoints.anonymous_id = anonymous_ids.anonymous_id
        and touchpoints.email is null
    where coalesce(people.person_id, user_ids.person_id, anonymous_ids.person_id) is not null
),

-- The page before is a source only if it is of another site.
referred as (
    select
        resolved.*,
        case
            when resolved.made_by is null then resolved.referrer
            when {{ site_of('resolved.referrer') }} = {{ site_of('resolved.landing_page') }} then null
            when {{ is_checkout(site_of('resolved.referrer')) }} then null
            when {{ site_of('resolved.referrer') }} is not null then resolved.referrer
        end as source_page,
        coalesce(resolved.click_id, '') || '|' || coalesce(resolved.utm_source, '') || '|'
        || coalesce(resolved.utm_medium, '') || '|' || coalesce(resolved.utm_campaign, '') || '|'
        || coalesce(resolved.utm_content, '') as link
    from resolved
    where resolved.place_of_copy = 1
),

-- What an event of web analytics came from. A campaign that is told beside it is that of an ad only with the ad's own
-- click: without one it is of the visit before.
sourced as (
    select
        referred.*,
        case
            when referred.made_by is null or referred.click_id_type in ('gclid', 'gbraid', 'wbraid')
                then referred.campaign_id
        end as told_campaign_id,
        coalesce(nullif(referred.link, '||||'), {{ site_of('referred.source_page') }}) as came_from
    from referred
),

followed as (
    select
        sourced.*,
        lag(sourced.occurred_at) over (
            partition by sourced.workspace_id, sourced.person_id, sourced.made_by, sourced.came_from
            order by sourced.occurred_at, sourced.touchpoint_id
        ) as previous_at
    from sourced
),

final as (
    select
        followed.workspace_id,
        followed.touchpoint_id,
        followed.person_id,
        followed.connection_id,
        followed.kind,
        followed.occurred_at,
        followed.occurred_date,
        followed.landing_page,
        followed.source_page as referrer,
        followed.utm_source,
        followed.utm_medium,
        followed.utm_campaign,
        followed.utm_content,
        followed.utm_term,
        followed.told_campaign_id,
        followed.ad_set_id as told_ad_set_id,
        followed.ad_id as told_ad_id,
        followed.click_id_kinds as told_click_id_kinds
    from followed
    where
        (
            followed.made_by is null
            and coalesce(
                followed.came_from, followed.source_page, followed.told_campaign_id, followed.ad_set_id, followed.ad_id
            ) is not null
        )
        or (
            followed.made_by is not null
            and followed.came_from is not null
            and (
                followed.previous_at is null
                or {{ dbt.dateadd('minute', var('visit_minutes'), 'followed.previous_at') }} < followed.occurred_at
            )
        )
)

select * from final
