-- Guards: no cash is lost between ThriveCart's row and the mart: only an event whose type is unknown has no amount, and
-- assert_every_word_of_thrivecart_is_known names that type.
{{ config(meta={'dagster': {'ref': {'name': 'fct_transactions'}}}) }}

select
    fct_transactions.transaction_id,
    fct_transactions.transaction_type
from {{ ref('fct_transactions') }} as fct_transactions
inner join {{ ref('known_words') }} as known_words
    on known_words.kind = 'transaction_type' and fct_transactions.transaction_type = known_words.word
where fct_transactions.amount is null
