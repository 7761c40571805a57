-- Grain: one stretch in which a contact had a tag. ActiveCampaign tells when it was given, and not that it was taken
-- away: it was between the last reading that had it and the next one, or when it was given anew.
with contact_tags as (
    select * from {{ source('activecampaign', 'contact_tags') }}
),

collection_reads as (
    select * from {{ source('activecampaign', 'collection_reads') }}
    where collection = 'contact_tags'
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
        contact_tags.*,
        row_number() over (
            partition by contact_tags.connection_id, contact_tags.contact, contact_tags.tag, contact_tags.cdate
            order by contact_tags.read_at desc, contact_tags.id desc
        ) as place
    from contact_tags
),

stays as (
    select
        ranked.connection_id,
        ranked.tag as tag_id,
        ranked.connection_id || ':' || ranked.contact as contact_id,
        ranked.cdate as tagged_at,
        lead(ranked.cdate) over (
            partition by ranked.connection_id, ranked.contact, ranked.tag order by ranked.cdate
        ) as next_tagged_at,
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
        stays.tag_id,
        stays.contact_id,
        stays.tagged_at,
        stays.last_seen_at,
        case
            when stays.next_tagged_at < stays.next_read_at or stays.next_read_at is null then stays.next_tagged_at
            else stays.next_read_at
        end as untagged_at,
        stays.seen_at
    from stays
)

select * from final
