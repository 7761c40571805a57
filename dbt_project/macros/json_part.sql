{# The object or the list at a dotted path of a JSON value, by its opening bracket; null where a text stands there. Whoever
   opens a checkout may write any text into its link, so that a text that only looks like JSON must not be read as JSON. #}
{% macro json_part(json, path, opening) -%}
    {{ return(adapter.dispatch('json_part')(json, path, opening)) }}
{%- endmacro %}

{% macro default__json_part(json, path, opening) -%}
    case
        when substr(cast(json_extract({{ json }}, '$.{{ path }}') as varchar), 1, 1) = '{{ opening }}'
            then json_extract({{ json }}, '$.{{ path }}')
    end
{%- endmacro %}

{% macro postgres__json_part(json, path, opening) -%}
    {%- set part = "cast(cast(" ~ json ~ " as jsonb) #> '{" ~ path.replace('.', ',') ~ "}' as text)" -%}
    case when left({{ part }}, 1) = '{{ opening }}' then {{ part }} end
{%- endmacro %}

{# What is no JSON is null to get_json_object, and no error. #}
{% macro spark__json_part(json, path, opening) -%}
    case
        when substr(get_json_object({{ json }}, '$.{{ path }}'), 1, 1) = '{{ opening }}'
            then get_json_object({{ json }}, '$.{{ path }}')
    end
{%- endmacro %}
