{# The names of the columns with click ids in which a row has a value, separated by blanks; null where it has none. #}
{% macro click_id_kinds(relation, names) -%}
    nullif(trim(
        {%- for name in names %}
        case when {{ blank_to_null(relation ~ '.' ~ name) }} is not null then ' {{ name }}' else '' end
        {%- if not loop.last %} ||{% endif %}
        {%- endfor %}
    ), '')
{%- endmacro %}
