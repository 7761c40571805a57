-- Grain: one touchpoint, with its channel, the ad it came from, and why it counts under no model, where that is so.
-- One visit that several tell of counts once: as the one tells it who is asked first.
with touchpoints as (
    select * from {{ ref('int_touchpoints_read') }}
),

sources as (
    select * from {{ ref('int_sources_channelled') }}
),

matched_sources as (
    select * from {{ ref('int_sources_matched') }}
),

kinds as (
    select * from {{ ref('touchpoint_kinds') }}
),

channels as (
    select * from {{ ref('channels') }}
),

matched as (
    select
        touchpoints.*,
        case when touchpoints.evidence = 'contact_tag' then 'engagement' else sources.channel end as channel,
        matched_sources.platform,
        matched_sources.campaign_id,
        matched_sources.ad_set_id,
        matched_sources.ad_id,
        matched_sources.match_rule,
        -- A kind that the seed does not know counts.
        coalesce(kinds.counts_for_attribution, true) as kind_counts,
        coalesce(kinds.is_site_activity, true) as is_site_activity
    from touchpoints
    inner join sources on touchpoints.source_key = sources.source_key
    left join matched_sources on touchpoints.source_key = matched_sources.source_key
    left join kinds on touchpoints.touchpoint_kind = kinds.kind
),

judged as (
    select
        matched.*,
        case
            when not matched.kind_counts then 'engagement'
            when not channels.counts_for_attribution then 'direct'
        end as not_counted_because
    from matched
    inner join channels on matched.channel = channels.channel
),

-- Of one person, one ad or channel and one campaign's word: each begins anew once nothing of it was told for a while.
spaced as (
    select
        judged.*,
        judged.connection_id || '|' || judged.evidence as teller,
        lower(coalesce(judged.utm_campaign, '')) as campaign_word,
        lag(judged.occurred_at) over (
            partition by
                judged.not_counted_because, judged.workspace_id, judged.person_id, judged.channel, judged.platform,
                judged.campaign_id, judged.ad_set_id, judged.ad_id, lower(coalesce(judged.utm_campaign, ''))
            order by judged.occurred_at, judged.touchpoint_id
        ) as told_before_at
    from judged
),

numbered as (
    select
        spaced.*,
        sum(
            case
                when
                    {{ dbt.dateadd('minute', var('visit_minutes'), 'spaced.told_before_at') }}
                    >= spaced.occurred_at
                    then 0
                else 1
            end
        ) over (
            partition by
                spaced.not_counted_because, spaced.workspace_id, spaced.person_id, spaced.channel, spaced.platform,
                spaced.campaign_id, spaced.ad_set_id, spaced.ad_id, spaced.campaign_word
            order by spaced.occurred_at, spaced.touchpoint_id
            rows between unbounded preceding and current row
        ) as visit_number
    from spaced
),

told as (
    select
        numbered.*,
        first_value(numbered.teller) over (
            partition by
                numbered.not_counted_because, numbered.workspace_id, numbered.person_id, numbered.channel,
                numbered.platform, numbered.campaign_id, numbered.ad_set_id, numbered.ad_id, numbered.campaign_word,
                numbered.visit_number
            order by
                numbered.occurred_at,
                case when numbered.touchpoint_kind = 'opt_in' then 0 else 1 end,
                numbered.touchpoint_id
        ) as first_teller
    from numbered
),

final as (
    select
        told.workspace_id,
        told.touchpoint_id,
        told.person_id,
        told.connection_id,
        told.evidence,
        told.touchpoint_kind,
        told.occurred_at,
        told.occurred_date,
        told.landing_page,
        told.referrer,
        told.utm_source,
        told.utm_medium,
        told.utm_campaign,
        told.utm_content,
        told.utm_term,
        told.click_id_kinds,
        told.affiliate_id,
        told.tag_name,
        told.channel,
        told.platform,
        told.campaign_id,
        told.ad_set_id,
        told.ad_id,
        told.match_rule,
        told.is_site_activity,
        coalesce(told.not_counted_because, case when told.teller <> told.first_teller then 'told_twice' end)
            as not_counted_because
    from told
)

select * from final
