-- Grain: one way of a contact through an automation. Its end is told; a row that vanished before ended between the last
-- reading that had it and the next one.
with contact_automations as (
    select * from {{ source('activecampaign', 'contact_automations') }}
),

collection_reads as (
    select * from {{ source('activecampaign', 'collection_reads') }}
    where collection = 'contact_automations'
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
        contact_automations.*,
        row_number() over (
            partition by
                contact_automations.connection_id, contact_automations.contact, contact_automations.automation,
                contact_automations.adddate
            order by contact_automations.read_at desc, contact_automations.id desc
        ) as place
    from contact_automations
),

stays as (
    select
        ranked.connection_id,
        ranked.automation as automation_id,
        ranked.connection_id || ':' || ranked.contact as contact_id,
        ranked.adddate as entered_at,
        ranked.remdate as told_left_at,
        coalesce(ranked.completed, false) as is_completed,
        ranked.read_at as last_seen_at,
        followed.next_read_at,
        ranked.seen_at
    from ranked
    left join followed
        on ranked.connection_id = followed.connection_id and ranked.read_at = followed.read_at
    where ranked.place = 1
),

final as (
    select
        stays.connection_id,
        stays.automation_id,
        stays.contact_id,
        stays.entered_at,
        stays.last_seen_at,
        case
            when stays.told_left_at < stays.entered_at then stays.entered_at
            else coalesce(stays.told_left_at, stays.next_read_at)
        end as left_at,
        stays.is_completed,
        stays.seen_at
    from stays
)

select * from final
