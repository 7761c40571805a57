with lists as (
    select * from {{ source('hubspot', 'lists') }}
),

list_reads as (
    select * from {{ source('hubspot', 'list_reads') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

-- One that was not found is deleted, unless a later reading found it again.
last_reads as (
    select
        list_reads.connection_id,
        list_reads.list_id,
        max(case when list_reads.is_found then list_reads.read_at end) as found_at,
        max(case when not list_reads.is_found then list_reads.read_at end) as not_found_at
    from list_reads
    group by list_reads.connection_id, list_reads.list_id
),

renamed as (
    select
        connections.workspace_id,
        lists.connection_id,
        lists.list_id,
        lists.name as list_name,
        lower(lists.processing_type) as list_type,
        lists.created_at,
        case
            when last_reads.found_at is null or last_reads.not_found_at > last_reads.found_at
                then last_reads.not_found_at
        end as deleted_at,
        lists.seen_at
    from lists
    inner join connections on lists.connection_id = connections.connection_id
    left join last_reads
        on lists.connection_id = last_reads.connection_id and lists.list_id = last_reads.list_id
),

final as (
    select * from renamed
)

select * from final
