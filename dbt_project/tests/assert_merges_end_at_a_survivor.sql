-- Guards: a merged contact is led to one that is left. One that leads to another merged contact is in a chain that is
-- longer than stg_hubspot__contact_merges follows.
with contact_merges as (
    select * from {{ ref('stg_hubspot__contact_merges') }}
)

select
    contact_merges.contact_id,
    contact_merges.merged_into_contact_id
from contact_merges
inner join contact_merges as further on contact_merges.merged_into_contact_id = further.contact_id
