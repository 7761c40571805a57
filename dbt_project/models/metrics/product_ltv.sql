-- Grain: one product that made customers: rpt_product_ltv with the day it tells of, without which MetricFlow
-- sums nothing.
with products as (
    select * from {{ ref('rpt_product_ltv') }}
),

final as (
    select
        products.*,
        products.workspace_id || '|' || products.product_id as row_id,
        cast({{ build_moment() }} as date) as as_of_date
    from products
)

select * from final
