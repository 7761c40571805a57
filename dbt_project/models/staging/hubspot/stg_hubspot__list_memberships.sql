-- Grain: one stay of a contact on a list. HubSpot tells when it began, and not that it ended: it ended between the last
-- reading of the list that had the contact and the next one, or when the contact was added anew.
with list_memberships as (
    select * from {{ source('hubspot', 'list_memberships') }}
),

list_reads as (
    select * from {{ source('hubspot', 'list_reads') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

followed as (
    select
        list_reads.connection_id,
        list_reads.list_id,
        list_reads.read_at,
        lead(list_reads.read_at) over (
            partition by list_reads.connection_id, list_reads.list_id order by list_reads.read_at
        ) as next_read_at
    from list_reads
),

stays as (
    select
        connections.workspace_id,
        list_memberships.connection_id,
        list_memberships.list_id,
        list_memberships.connection_id || ':' || list_memberships.record_id as contact_id,
        list_memberships.membership_timestamp as added_at,
        list_memberships.read_at as last_seen_at,
        followed.next_read_at,
        lead(list_memberships.membership_timestamp) over (
            partition by list_memberships.connection_id, list_memberships.list_id, list_memberships.record_id
            order by list_memberships.membership_timestamp
        ) as next_added_at,
        list_memberships.seen_at
    from list_memberships
    inner join connections on list_memberships.connection_id = connections.connection_id
    left join followed
        on list_memberships.connection_id = followed.connection_id
        and list_memberships.list_id = followed.list_id
        and list_memberships.read_at = followed.read_at
),

final as (
    select
        stays.workspace_id,
        stays.connection_id,
        stays.list_id,
        stays.contact_id,
        stays.added_at,
        stays.last_seen_at,
        case
            when stays.next_added_at < stays.next_read_at or stays.next_read_at is null then stays.next_added_at
            else stays.next_read_at
        end as removed_at,
        stays.next_added_at is null and stays.next_read_at is null as is_current,
        stays.seen_at
    from stays
)

select * from final
