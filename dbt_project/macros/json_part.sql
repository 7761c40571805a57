{# A text as a JSON object or list, by its opening bracket; null for any other text. Whoever opens a checkout may write
   what they like into its link, so that a text may begin like JSON and be none, which is an error to read. #}
{% macro json_part(text, opening) -%}
    {{ return(adapter.dispatch('json_part')(text, opening)) }}
{%- endmacro %}

{% macro default__json_part(text, opening) -%}
    case when substr({{ text }}, 1, 1) = '{{ opening }}' and json_valid({{ text }}) then {{ text }} end
{%- endmacro %}

{% macro postgres__json_part(text, opening) -%}
    case when substr({{ text }}, 1, 1) = '{{ opening }}' and {{ text }} is json then {{ text }} end
{%- endmacro %}

{% macro spark__json_part(text, opening) -%}
    case when substr({{ text }}, 1, 1) = '{{ opening }}' then get_json_object({{ text }}, '$') end
{%- endmacro %}
