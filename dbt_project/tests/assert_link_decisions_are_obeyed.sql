-- Guards: two addresses that the user linked are one person, also at the end of a long chain of links.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_person_emails'}}}) }}

select
    decisions.workspace_id,
    decisions.email,
    decisions.other_email
from {{ ref('stg_reference__identity_decisions') }} as decisions
inner join {{ ref('bridge_person_emails') }} as emails
    on decisions.workspace_id = emails.workspace_id and decisions.email = emails.email
inner join {{ ref('bridge_person_emails') }} as other_emails
    on decisions.workspace_id = other_emails.workspace_id and decisions.other_email = other_emails.email
where decisions.decision = 'link' and emails.person_id <> other_emails.person_id
