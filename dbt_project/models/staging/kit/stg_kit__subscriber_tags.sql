-- Grain: one stretch in which a subscriber had a tag. Kit tells when it was given, and not that it was taken away: it
-- was between the last reading that had it and the next one of all who have the tag, or when it was given anew.
with subscriber_tags as (
    select * from {{ source('kit', 'subscriber_tags') }}
),

tag_reads as (
    select * from {{ source('kit', 'tag_reads') }}
),

-- Rows of before readings were noted have the moment at which they came.
seen as (
    select
        subscriber_tags.connection_id,
        subscriber_tags.tag_id,
        subscriber_tags.subscriber_id,
        subscriber_tags.tagged_at,
        coalesce(subscriber_tags.read_at, subscriber_tags.seen_at) as last_seen_at,
        subscriber_tags.seen_at
    from subscriber_tags
),

missed as (
    select
        seen.connection_id,
        seen.tag_id,
        seen.subscriber_id,
        seen.tagged_at,
        min(tag_reads.read_at) as missed_at
    from seen
    inner join tag_reads
        on seen.connection_id = tag_reads.connection_id
        and seen.tag_id = tag_reads.tag_id
        and seen.last_seen_at < tag_reads.read_at
    group by seen.connection_id, seen.tag_id, seen.subscriber_id, seen.tagged_at
),

stays as (
    select
        seen.*,
        missed.missed_at,
        lead(seen.tagged_at) over (
            partition by seen.connection_id, seen.tag_id, seen.subscriber_id order by seen.tagged_at
        ) as next_tagged_at
    from seen
    left join missed
        on seen.connection_id = missed.connection_id
        and seen.tag_id = missed.tag_id
        and seen.subscriber_id = missed.subscriber_id
        and seen.tagged_at = missed.tagged_at
),

final as (
    select
        stays.connection_id,
        stays.tag_id,
        stays.subscriber_id,
        stays.connection_id || ':' || stays.subscriber_id as contact_id,
        stays.tagged_at,
        stays.last_seen_at,
        case
            when stays.missed_at is null or stays.next_tagged_at < stays.missed_at then stays.next_tagged_at
            else stays.missed_at
        end as untagged_at,
        stays.seen_at
    from stays
)

select * from final
