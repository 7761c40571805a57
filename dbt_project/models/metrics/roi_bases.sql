-- Grain: base x day x ad entity (or channel, where no ad is known) x model: rpt_roi_daily and rpt_roi_by_lead_date one
-- below the other, for the metrics. Without models whose rows share the same money.
with own_days as (
    select * from {{ ref('rpt_roi_daily') }}
    where not is_overlapping
),

lead_days as (
    select * from {{ ref('rpt_roi_by_lead_date') }}
    where not is_overlapping
),

unioned as (
    {{ roi_base('own_days', 'own_date', 'report_date') }}
    union all
    {{ roi_base('lead_days', 'lead_date', 'lead_date') }}
),

final as (
    select
        unioned.*,
        -- What a sum must have one of: models and bases have the same money, currencies do not add up.
        unioned.model || '|' || unioned.date_base || '|' || unioned.reporting_currency as summable_group
    from unioned
)

select * from final
