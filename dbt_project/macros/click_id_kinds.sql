{# The names of the columns with click ids in which a row has a value, separated by blanks; null where it has none. #}
{% macro click_id_kinds(relation, names) -%}
    {%- set values = {} -%}
    {%- for name in names -%}
        {%- do values.update({name: blank_to_null(relation ~ '.' ~ name)}) -%}
    {%- endfor -%}
    {{ names_of_values(values) }}
{%- endmacro %}
