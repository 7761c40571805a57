-- Grain: two addresses of a workspace, of two people, one slip of the fingers away from each other. One of them pays:
-- without that no money is lost. Only addresses with a key in common are compared.
with addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

domain_slips as (
    select * from {{ ref('int_identity_domain_slips') }}
),

known as (
    select
        people.workspace_id,
        people.email,
        people.person_id,
        people.is_paying,
        addresses.local_part,
        addresses.domain,
        addresses.is_role_address,
        {{ email_part('addresses.mailbox', 1) }} as mailbox_name,
        {{ email_part('addresses.mailbox', 2) }} as mailbox_domain
    from people
    inner join addresses on people.workspace_id = addresses.workspace_id and people.email = addresses.email
),

mistyped_domains as (
    select
        known.workspace_id,
        known.email,
        meant.email as other_email,
        'mistyped_domain' as rule,
        known.domain || ' may be meant as ' || domain_slips.meant_domain
        || case when domain_slips.has_known_suffix then '' else ': no domain ends like it' end as evidence
    from known
    inner join domain_slips on known.domain = domain_slips.domain
    inner join known as meant
        on known.workspace_id = meant.workspace_id
        and known.local_part = meant.local_part
        and domain_slips.meant_domain = meant.domain
    where known.person_id <> meant.person_id and (known.is_paying or meant.is_paying)
),

-- Among short names every other one is a slip away.
names as (
    select
        known.workspace_id,
        known.email,
        known.person_id,
        known.is_paying,
        known.mailbox_name,
        known.mailbox_domain
    from known
    where not known.is_role_address and length(known.mailbox_name) >= 5
),

keys as (
    {{ one_letter_keys(
        'names', 'mailbox_name', ['workspace_id', 'email', 'person_id', 'is_paying', 'mailbox_name', 'mailbox_domain']
    ) }}
),

counted as (
    select
        keys.*,
        count(*) over (partition by keys.workspace_id, keys.mailbox_domain, keys.letter_key) as address_count
    from keys
),

-- What very many have in common tells nobody from the other_telling.
telling as (
    select * from counted
    where address_count between 2 and {{ var('review_most_alike') }}
),

near_names as (
    select distinct
        telling.workspace_id,
        telling.email,
        other_telling.email as other_email,
        telling.mailbox_name,
        other_telling.mailbox_name as other_name
    from telling
    inner join telling as other_telling
        on telling.workspace_id = other_telling.workspace_id
        and telling.mailbox_domain = other_telling.mailbox_domain
        and telling.letter_key = other_telling.letter_key
        and telling.email < other_telling.email
    where telling.person_id <> other_telling.person_id and (telling.is_paying or other_telling.is_paying)
),

slips as (
    select
        near_names.*,
        {{ slip('near_names.mailbox_name', 'near_names.other_name') }} as slip
    from near_names
),

final as (
    select * from mistyped_domains
    union all
    select
        slips.workspace_id,
        slips.email,
        slips.other_email,
        case when slips.slip in ('digit', 'separator') then 'near_local_part' else 'mistyped_local_part' end as rule,
        case
            when slips.slip = 'digit' then 'one digit apart before the @'
            when slips.slip = 'separator' then 'one dot or hyphen apart before the @'
            when slips.slip = 'swapped' then 'two letters swapped before the @'
            when slips.slip = 'other' then 'one letter differs before the @'
            else 'one letter missing or doubled before the @'
        end as evidence
    from slips
    where slips.slip <> ''
)

select * from final
