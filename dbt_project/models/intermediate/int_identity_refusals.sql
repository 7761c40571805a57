-- Grain: two addresses of a workspace and something that ties them, of which no link was made: keep_apart forbids it,
-- or one of them is a role's and several people use it.
with links as (
    select * from {{ ref('int_identity_links') }}
),

separations as (
    select * from {{ ref('int_identity_separations') }}
    where is_refused
),

refused as (
    select
        separations.workspace_id,
        separations.email,
        links.email as other_email,
        'refused_by_keep_apart' as rule,
        separations.evidence || ', but keep_apart forbids the link' as evidence
    from separations
    inner join links
        on separations.workspace_id = links.workspace_id
        and separations.link_key = links.link_key
        and separations.email <> links.email
),

shared as (
    select
        links.workspace_id,
        links.email,
        other_links.email as other_email,
        'shared_link' as rule,
        other_links.evidence || ', but several people use ' || links.email as evidence
    from links
    inner join links as other_links
        on links.workspace_id = other_links.workspace_id
        and links.link_key = other_links.link_key
        and links.email <> other_links.email
    where links.left_out_because = 'role_address' and other_links.left_out_because is null
),

final as (
    select * from refused
    union all
    select * from shared
)

select * from final
