-- Guards: addresses that the user keeps apart are two persons, whatever links them, and over however many thirds. The
-- decision holds for every way to write an address.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_person_emails'}}}) }}

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
    and decisions.side <> other_sides.side
inner join {{ ref('bridge_person_emails') }} as emails
    on decisions.workspace_id = emails.workspace_id and decisions.address_email = emails.email
inner join {{ ref('bridge_person_emails') }} as other_emails
    on other_sides.workspace_id = other_emails.workspace_id and other_sides.address_email = other_emails.email
where decisions.decision = 'keep_apart' and emails.person_id = other_emails.person_id
