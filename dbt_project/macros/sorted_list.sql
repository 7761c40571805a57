{# The distinct values of a group as one text, sorted, separated by a comma and a space. #}
{% macro sorted_list(value) -%}
    {{ return(adapter.dispatch('sorted_list')(value)) }}
{%- endmacro %}

{% macro default__sorted_list(value) -%}
    string_agg(distinct {{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{% macro spark__sorted_list(value) -%}
    array_join(array_sort(collect_set({{ value }})), ', ')
{%- endmacro %}
