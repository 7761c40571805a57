-- Grain: two addresses of a workspace that have something in common which one person has, but two may have as well, and
-- what it is.
{%- set bucket_seconds = 60 * var('review_minutes') %}

with traits as (
    select * from {{ ref('int_identity_traits') }}
    where name_key is not null
),

addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

phones as (
    select distinct
        traits.workspace_id,
        traits.email,
        other_traits.email as other_email,
        'same_name_and_phone' as rule,
        'the same full name and the same phone' as evidence
    from traits
    inner join traits as other_traits
        on traits.workspace_id = other_traits.workspace_id
        and traits.name_key = other_traits.name_key
        and traits.phone_key = other_traits.phone_key
        and traits.email < other_traits.email
),

postal_codes as (
    select distinct
        traits.workspace_id,
        traits.email,
        other_traits.email as other_email,
        'same_name_and_postal_code' as rule,
        'the same full name and the same postal code' as evidence
    from traits
    inner join traits as other_traits
        on traits.workspace_id = other_traits.workspace_id
        and traits.name_key = other_traits.name_key
        and traits.postal_code_key = other_traits.postal_code_key
        and traits.email < other_traits.email
),

opt_ins as (
    select
        traits.*,
        cast(floor({{ ratio(moment_to_epoch('traits.opted_in_at'), bucket_seconds) }}) as bigint) as bucket
    from traits
    where traits.opted_in_at is not null
),

-- Who bought in one stretch of time may have opted in in it or in the one before.
purchases as (
    select
        traits.*,
        cast(floor({{ ratio(moment_to_epoch('traits.paid_at'), bucket_seconds) }}) as bigint) as bucket
    from traits
    where traits.paid_at is not null
    union all
    select
        traits.*,
        cast(floor({{ ratio(moment_to_epoch('traits.paid_at'), bucket_seconds) }}) as bigint) - 1 as bucket
    from traits
    where traits.paid_at is not null
),

quick_purchases as (
    select
        purchases.workspace_id,
        purchases.email,
        opt_ins.email as other_email,
        'bought_after_opt_in' as rule,
        'bought '
        || cast(min({{ dbt.datediff('opt_ins.opted_in_at', 'purchases.paid_at', 'minute') }}) as varchar)
        || ' minutes after the opt-in under the same full name' as evidence
    from purchases
    inner join opt_ins
        on purchases.workspace_id = opt_ins.workspace_id
        and purchases.name_key = opt_ins.name_key
        and purchases.bucket = opt_ins.bucket
    where
        purchases.email <> opt_ins.email
        and {{ dbt.datediff('opt_ins.opted_in_at', 'purchases.paid_at', 'second') }} between 0 and {{ bucket_seconds }}
    group by purchases.workspace_id, purchases.email, opt_ins.email
),

local_parts as (
    select
        people.workspace_id,
        people.email,
        people.person_id,
        people.is_crm_contact,
        people.is_paying,
        addresses.local_part
    from people
    inner join addresses on people.workspace_id = addresses.workspace_id and people.email = addresses.email
    where not addresses.is_role_address and addresses.local_part is not null
),

only_contacts as (
    select
        local_parts.workspace_id,
        local_parts.local_part,
        min(local_parts.email) as email
    from local_parts
    where local_parts.is_crm_contact
    group by local_parts.workspace_id, local_parts.local_part
    having count(distinct local_parts.person_id) = 1
),

same_local_parts as (
    select
        local_parts.workspace_id,
        local_parts.email,
        only_contacts.email as other_email,
        'same_local_part' as rule,
        'the only CRM contact with the same name before the @' as evidence
    from local_parts
    inner join only_contacts
        on local_parts.workspace_id = only_contacts.workspace_id
        and local_parts.local_part = only_contacts.local_part
    where local_parts.is_paying and not local_parts.is_crm_contact
),

final as (
    select * from phones
    union all
    select * from postal_codes
    union all
    select * from quick_purchases
    union all
    select * from same_local_parts
)

select * from final
