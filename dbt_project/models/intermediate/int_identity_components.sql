-- Grain: one link that is made, with the component of addresses that it is in. A component is named by the least of its
-- address ids, which says nothing of age: the person's id comes from the registry.
-- depends_on: {{ ref('int_identity_changes') }}, {{ ref('int_identity_decision_changes') }}
{{ config(
    materialized='connected_components', key='address_id', link='link_id', inputs='int_identity_links',
    changes=['int_identity_changes', 'int_identity_decision_changes'], follows=['int_identity_links']
) }}

with links as (
    select * from {{ ref('int_identity_links') }}
),

final as (
    select
        links.address_id,
        links.link_id
    from links
    where links.left_out_because is null
)

select * from final
