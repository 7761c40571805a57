{# One row per part of a text that a separator divides: the columns to keep, and the part named `element`. #}
{% macro explode_text_list(relation, text, separator, keep) -%}
    {{ return(adapter.dispatch('explode_text_list')(relation, text, separator, keep)) }}
{%- endmacro %}

{% macro default__explode_text_list(relation, text, separator, keep) -%}
    select
        {{ keep | join(', ') }},
        unnest(string_split({{ text }}, '{{ separator }}')) as element
    from {{ relation }}
{%- endmacro %}

{% macro postgres__explode_text_list(relation, text, separator, keep) -%}
    select
        {{ keep | join(', ') }},
        unnest(string_to_array({{ text }}, '{{ separator }}')) as element
    from {{ relation }}
{%- endmacro %}

{% macro spark__explode_text_list(relation, text, separator, keep) -%}
    select
        {{ keep | join(', ') }},
        explode(split({{ text }}, '[{{ separator }}]')) as element
    from {{ relation }}
{%- endmacro %}
