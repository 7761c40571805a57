-- Grain: one tag, list, automation, form or product: rpt_tag_conversions with the day it tells of, without which
-- MetricFlow sums nothing.
with conversions as (
    select * from {{ ref('rpt_tag_conversions') }}
),

final as (
    select
        conversions.*,
        conversions.workspace_id || '|' || conversions.tag_kind || '|' || conversions.tag_id as row_id,
        cast({{ build_moment() }} as date) as as_of_date
    from conversions
)

select * from final
