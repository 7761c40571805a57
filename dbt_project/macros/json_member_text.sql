{# The text of the member of a JSON object that an expression names; null where there is none. #}
{% macro json_member_text(json, member) -%}
    {{ return(adapter.dispatch('json_member_text')(json, member)) }}
{%- endmacro %}

{% macro default__json_member_text(json, member) -%}
    json_extract_string({{ json }}, '/' || {{ member }})
{%- endmacro %}

{% macro postgres__json_member_text(json, member) -%}
    (cast({{ json }} as jsonb) #>> array[{{ member }}])
{%- endmacro %}

{% macro spark__json_member_text(json, member) -%}
    get_json_object({{ json }}, '$[\'' || {{ member }} || '\']')
{%- endmacro %}
