-- Grain: one address in a workspace and the person it belongs to. Addresses flow together only where the user decided
-- so: every address takes the oldest address within two decided links of it (a test fails where that is not enough).
with emails as (
    select * from {{ ref('int_emails_unioned') }}
),

decisions as (
    select * from {{ ref('stg_reference__identity_decisions') }}
),

ranked as (
    select
        emails.workspace_id,
        emails.email,
        row_number() over (partition by emails.workspace_id order by emails.first_seen_at, emails.email) as seniority
    from emails
),

links as (
    select
        decisions.workspace_id,
        decisions.email,
        decisions.other_email
    from decisions
    where decisions.decision = 'link'
    union all
    select
        decisions.workspace_id,
        decisions.other_email as email,
        decisions.email as other_email
    from decisions
    where decisions.decision = 'link'
    union all
    select
        emails.workspace_id,
        emails.email,
        emails.email as other_email
    from emails
),

first_round as (
    select
        links.workspace_id,
        links.email,
        min(ranked.seniority) as seniority
    from links
    inner join ranked on links.workspace_id = ranked.workspace_id and links.other_email = ranked.email
    group by links.workspace_id, links.email
),

second_round as (
    select
        links.workspace_id,
        links.email,
        min(first_round.seniority) as seniority
    from links
    inner join first_round on links.workspace_id = first_round.workspace_id and links.other_email = first_round.email
    group by links.workspace_id, links.email
),

resolved as (
    select
        emails.workspace_id,
        emails.email,
        {{ dbt.hash("ranked.workspace_id || ':' || ranked.email") }} as person_id,
        case when ranked.email = emails.email then 'same_address' else 'user_decision' end as rule,
        emails.first_seen_at,
        emails.lead_created_at,
        emails.lead_created_date,
        emails.is_crm_contact,
        emails.is_paying
    from emails
    inner join second_round
        on emails.workspace_id = second_round.workspace_id and emails.email = second_round.email
    inner join ranked
        on second_round.workspace_id = ranked.workspace_id and second_round.seniority = ranked.seniority
),

final as (
    select * from resolved
)

select * from final
