-- Guards: a word of ThriveCart's that decides what a row means (a type, a status, an interval, the name of a webhook's
-- event) is in a seed. Rows with another word are kept and count nowhere; this is the one place that says so.
{{ config(meta={'dagster': {'ref': {'name': 'stg_thrivecart__unknown_words'}}}) }}

select
    connection_id,
    kind,
    word,
    row_count,
    first_seen_at,
    last_seen_at
from {{ ref('stg_thrivecart__unknown_words') }}
