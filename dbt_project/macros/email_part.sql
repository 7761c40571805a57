{# The local part (1) or the domain (2) of a canonical address; null for a text with no @ or several. #}
{% macro email_part(email, place) -%}
    case
        when length({{ email }}) - length(replace({{ email }}, '@', '')) = 1
            then nullif({{ dbt.split_part(email, "'@'", place) }}, '')
    end
{%- endmacro %}
