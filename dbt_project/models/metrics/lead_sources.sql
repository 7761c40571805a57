-- Grain: one source that leads first came from: rpt_lead_sources with the day it tells of, without which MetricFlow
-- sums nothing.
with sources as (
    select * from {{ ref('rpt_lead_sources') }}
),

final as (
    select
        sources.*,
        sources.workspace_id || '|' || sources.status || '|' || coalesce(sources.channel, '') || '|'
        || coalesce(sources.platform, '') || '|' || coalesce(sources.source, '') as row_id,
        cast({{ build_moment() }} as date) as as_of_date
    from sources
)

select * from final
