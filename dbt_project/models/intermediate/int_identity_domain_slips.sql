-- Grain: one domain of a seen address and another that is one slip of the fingers away: one at which everybody may have
-- a mailbox, or, if the domain ends as no domain does, any that does.
with addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

webmail as (
    select * from {{ ref('webmail_domains') }}
),

seen as (
    select distinct addresses.domain
    from addresses
    where addresses.is_seen and addresses.domain is not null
),

listed as (
    select seen.domain
    from seen
    union
    select webmail.domain
    from webmail
),

domains as (
    select
        listed.domain,
        seen.domain is not null as is_seen,
        webmail.domain is not null as is_webmail,
        {{ has_known_suffix('listed.domain') }} as has_known_suffix
    from listed
    left join seen on listed.domain = seen.domain
    left join webmail on listed.domain = webmail.domain
),

keys as (
    {{ one_letter_keys('domains', 'domain', ['domain']) }}
),

pairs as (
    select distinct
        domains.domain,
        meant.domain as meant_domain,
        domains.has_known_suffix
    from domains
    inner join keys on domains.domain = keys.domain
    inner join keys as meant_keys on keys.letter_key = meant_keys.letter_key and keys.domain <> meant_keys.domain
    inner join domains as meant on meant_keys.domain = meant.domain
    where
        domains.is_seen
        and not domains.is_webmail
        and (meant.is_webmail or (meant.has_known_suffix and not domains.has_known_suffix))
),

told as (
    select
        pairs.domain,
        pairs.meant_domain,
        pairs.has_known_suffix,
        {{ slip('pairs.domain', 'pairs.meant_domain') }} as slip
    from pairs
),

final as (
    select * from told
    where slip <> ''
)

select * from final
