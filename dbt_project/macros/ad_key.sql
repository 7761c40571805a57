{# One ad entity, hashed: what has no ad set or no ad is told by what it has. #}
{% macro ad_key(relation) -%}
    {{ dbt.hash(
        relation ~ ".connection_id || '|' || " ~ relation ~ ".platform || '|' || coalesce(" ~ relation ~ ".account_id, '')"
        ~ " || '|' || coalesce(" ~ relation ~ ".campaign_id, '') || '|' || coalesce(" ~ relation ~ ".ad_set_id, '')"
        ~ " || '|' || coalesce(" ~ relation ~ ".ad_id, '')"
    ) }}
{%- endmacro %}
