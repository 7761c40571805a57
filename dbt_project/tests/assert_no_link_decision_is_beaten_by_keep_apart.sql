-- Guards: the user's decisions agree with each other. A link that would bring kept-apart addresses together, if only
-- over a third one, is not made: take one of the decisions out of identity_decisions.csv.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_identity_separations'}}}) }}

select
    separations.workspace_id,
    separations.email,
    separations.evidence
from {{ ref('int_identity_separations') }} as separations
where separations.is_refused and separations.rule = 'user_decision'
