-- Grain: one item of a money event as one delivery tells it, with the API's row of the same event: the row with the
-- event's number and item, else the nearest in time of the same order and item. webhook_item_id is the event.
-- To the API the payment that resumes a subscription may be a charge, and a rebill to webhooks: both are payments here.
with told as (
    select
        webhook_items.*,
        webhook_items.connection_id || ':' || webhook_items.mode || ':' || webhook_items.order_id
        || ':' || case webhook_items.transaction_type
            when 'charge' then 'payment'
            when 'rebill' then 'payment'
            else webhook_items.transaction_type
        end || ':' || coalesce(webhook_items.item_type, '') || ':' || webhook_items.item_id as subject
    from {{ ref('base_thrivecart__webhook_items') }} as webhook_items
),

transactions as (
    select
        transactions.*,
        transactions.connection_id || ':' || transactions.mode || ':' || transactions.order_id
        || ':' || case transactions.transaction_type
            when 'charge' then 'payment'
            when 'rebill' then 'payment'
            else transactions.transaction_type
        end || ':' || transactions.item_type || ':' || transactions.item_id as subject
    from {{ ref('base_thrivecart__transactions') }} as transactions
),

-- Delivered twice, by a retry or to two addresses, an event is told in the same words.
voiced as (
    select
        told.*,
        min(told.event_key) over (
            partition by told.subject, told.event, told.event_id, told.occurred_at, told.amount
        ) || ':' || told.subject as voice_id
    from told
),

voices as (
    select distinct
        voiced.voice_id,
        voiced.subject,
        voiced.event,
        voiced.event_id,
        voiced.transaction_type,
        voiced.occurred_at,
        voiced.amount
    from voiced
),

numbered as (
    select
        voices.voice_id,
        voices.event,
        transactions.transaction_id
    from voices
    inner join transactions on voices.subject = transactions.subject and voices.event_id = transactions.event_id
),

taken as (
    select distinct numbered.transaction_id
    from numbered
),

taken_by_names as (
    select distinct
        numbered.transaction_id,
        numbered.event
    from numbered
),

-- A row that has its delivery by number is not free for another number, and not for another telling of that name.
-- An order charges an item once: what it bought may be told again with the number of the whole.
candidates as (
    select
        voices.voice_id,
        voices.event,
        transactions.transaction_id,
        case when voices.transaction_type = transactions.transaction_type then 0 else 1 end as type_rank,
        abs({{ dbt.datediff('transactions.occurred_at', 'voices.occurred_at', 'second') }}) as seconds_apart,
        abs(transactions.stated_amount - coalesce(voices.amount, 0)) as amount_apart
    from voices
    inner join transactions on voices.subject = transactions.subject
    left join numbered on voices.voice_id = numbered.voice_id
    left join taken on transactions.transaction_id = taken.transaction_id
    left join taken_by_names
        on transactions.transaction_id = taken_by_names.transaction_id and voices.event = taken_by_names.event
    where
        numbered.voice_id is null
        and taken_by_names.transaction_id is null
        and (voices.event_id is null or voices.transaction_type = 'charge' or taken.transaction_id is null)
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.voice_id
            order by
                candidates.type_rank, candidates.seconds_apart, candidates.amount_apart, candidates.transaction_id
        ) as row_rank,
        row_number() over (
            partition by candidates.transaction_id, candidates.event
            order by candidates.type_rank, candidates.seconds_apart, candidates.amount_apart, candidates.voice_id
        ) as voice_rank
    from candidates
    where candidates.seconds_apart <= {{ var('webhook_match_seconds') }}
),

matches as (
    select numbered.voice_id, numbered.transaction_id, 'event_id' as match_rule
    from numbered
    union all
    select ranked.voice_id, ranked.transaction_id, 'nearest_time' as match_rule
    from ranked
    where ranked.row_rank = 1 and ranked.voice_rank = 1
),

matched as (
    select
        voiced.*,
        coalesce(transactions.transaction_type, voiced.transaction_type) as known_transaction_type,
        matches.transaction_id,
        matches.match_rule,
        lag(voiced.occurred_at) over (
            partition by voiced.subject, matches.transaction_id
            order by voiced.occurred_at, voiced.event_key
        ) as told_before_at
    from voiced
    left join matches on voiced.voice_id = matches.voice_id
    left join transactions on matches.transaction_id = transactions.transaction_id
),

-- What the API does not know is one event as long as it is told again within the time that is allowed for a match.
spelled as (
    select
        matched.*,
        sum(
            case
                when {{ dbt.datediff('matched.told_before_at', 'matched.occurred_at', 'second') }}
                    <= {{ var('webhook_match_seconds') }}
                    then 0
                else 1
            end
        ) over (
            partition by matched.subject, matched.transaction_id
            order by matched.occurred_at, matched.event_key
            rows between unbounded preceding and current row
        ) as spell
    from matched
),

-- Two numbers are two events, and so are two amounts without a number.
told_numbers as (
    select
        spelled.*,
        coalesce(
            spelled.event_id,
            min(spelled.event_id) over (partition by spelled.subject, spelled.transaction_id, spelled.spell),
            'amount ' || cast(spelled.amount as varchar)
        ) as told_number
    from spelled
),

final as (
    select
        told_numbers.*,
        coalesce(
            told_numbers.transaction_id,
            min(told_numbers.event_key) over (
                partition by told_numbers.subject, told_numbers.spell, told_numbers.told_number
            ) || ':' || told_numbers.subject
        ) as webhook_item_id
    from told_numbers
)

select * from final
