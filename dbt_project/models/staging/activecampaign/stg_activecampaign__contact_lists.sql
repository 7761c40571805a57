-- Grain: one contact on a list, now or before. Who leaves it says so, with the moment; a row that vanished ended
-- between the last reading that had it and the next one.
with contact_lists as (
    select * from {{ source('activecampaign', 'contact_lists') }}
),

collection_reads as (
    select * from {{ source('activecampaign', 'collection_reads') }}
    where collection = 'contact_lists'
),

list_statuses as (
    select * from {{ ref('activecampaign_list_statuses') }}
),

followed as (
    select
        collection_reads.connection_id,
        collection_reads.read_at,
        lead(collection_reads.read_at) over (
            partition by collection_reads.connection_id order by collection_reads.read_at
        ) as next_read_at
    from collection_reads
),

-- Contacts that were merged may have brought the same row twice: the one that was there last counts.
ranked as (
    select
        contact_lists.*,
        row_number() over (
            partition by contact_lists.connection_id, contact_lists.contact, contact_lists.list, contact_lists.sdate
            order by contact_lists.read_at desc, contact_lists.id desc
        ) as place
    from contact_lists
),

stays as (
    select
        ranked.connection_id,
        ranked.list as list_id,
        ranked.connection_id || ':' || ranked.contact as contact_id,
        ranked.status as list_status,
        ranked.sdate as added_at,
        ranked.udate as status_changed_at,
        coalesce(list_statuses.is_on_list, false) as is_on_list,
        coalesce(list_statuses.was_on_list, false) as was_on_list,
        ranked.read_at as last_seen_at,
        followed.next_read_at,
        ranked.seen_at
    from ranked
    left join followed
        on ranked.connection_id = followed.connection_id and ranked.read_at = followed.read_at
    left join list_statuses on ranked.status = list_statuses.list_status
    where ranked.place = 1
),

final as (
    select
        stays.connection_id,
        stays.list_id,
        stays.contact_id,
        stays.list_status,
        stays.was_on_list,
        stays.added_at,
        stays.last_seen_at,
        case
            when stays.is_on_list then stays.next_read_at
            -- An end that nobody dates is one at the begin: it counts for no moment.
            when stays.status_changed_at is null or stays.status_changed_at < stays.added_at then stays.added_at
            else stays.status_changed_at
        end as removed_at,
        stays.seen_at
    from stays
)

select * from final
