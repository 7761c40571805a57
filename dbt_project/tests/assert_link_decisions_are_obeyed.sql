-- Guards: addresses that the user linked are one person, also at the end of a long chain of links, unless keep_apart
-- beats the link; assert_no_link_decision_is_beaten_by_keep_apart says so then.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_person_emails'}}}) }}

with refused as (
    select distinct
        workspace_id,
        link_key
    from {{ ref('int_identity_separations') }}
    where is_refused
)

select
    decisions.workspace_id,
    decisions.address_email,
    other_sides.address_email as other_address_email
from {{ ref('int_identity_decisions') }} as decisions
inner join {{ ref('int_identity_decisions') }} as other_sides
    on decisions.workspace_id = other_sides.workspace_id
    and decisions.link_key = other_sides.link_key
    and decisions.decision = other_sides.decision
    and decisions.address_id < other_sides.address_id
inner join {{ ref('bridge_person_emails') }} as emails
    on decisions.workspace_id = emails.workspace_id and decisions.address_email = emails.email
inner join {{ ref('bridge_person_emails') }} as other_emails
    on other_sides.workspace_id = other_emails.workspace_id and other_sides.address_email = other_emails.email
left join refused on decisions.workspace_id = refused.workspace_id and decisions.link_key = refused.link_key
where decisions.decision = 'link' and emails.person_id <> other_emails.person_id and refused.link_key is null
