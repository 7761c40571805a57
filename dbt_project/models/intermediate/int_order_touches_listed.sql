-- Grain: one order, with the touchpoints that count for it: the first, the last, and all that they name.
with attribution as (
    select * from {{ ref('int_attribution_weighed') }}
    where conversion_type = 'order' and model in ('first_touch', 'last_touch', 'linear')
),

-- Under linear each touchpoint that counts has a row.
labelled as (
    select
        attribution.*,
        case when attribution.model = 'linear' then attribution.channel end as any_channel,
        case when attribution.model = 'linear' then attribution.platform end as any_platform,
        case when attribution.model = 'linear' then attribution.campaign_id end as any_campaign_id,
        case when attribution.model = 'linear' then attribution.ad_set_id end as any_ad_set_id,
        case when attribution.model = 'linear' then attribution.ad_id end as any_ad_id
    from attribution
),

listed as (
    select
        labelled.conversion_id as order_id,
        sum(case when labelled.model = 'linear' and labelled.touchpoint_id is not null then 1 else 0 end)
            as touchpoint_count,
        max(case when labelled.model = 'first_touch' then labelled.channel end) as first_touch_channel,
        max(case when labelled.model = 'first_touch' then labelled.platform end) as first_touch_platform,
        max(case when labelled.model = 'first_touch' then labelled.campaign_id end) as first_touch_campaign_id,
        max(case when labelled.model = 'last_touch' then labelled.channel end) as last_touch_channel,
        max(case when labelled.model = 'last_touch' then labelled.platform end) as last_touch_platform,
        max(case when labelled.model = 'last_touch' then labelled.campaign_id end) as last_touch_campaign_id,
        {{ sorted_list('labelled.any_channel') }} as touch_channels,
        {{ sorted_list('labelled.any_platform') }} as touch_platforms,
        {{ sorted_list('labelled.any_campaign_id') }} as touch_campaign_ids,
        {{ sorted_list('labelled.any_ad_set_id') }} as touch_ad_set_ids,
        {{ sorted_list('labelled.any_ad_id') }} as touch_ad_ids
    from labelled
    group by labelled.conversion_id
),

final as (
    select * from listed
)

select * from final
