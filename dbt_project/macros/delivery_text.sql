{# A text out of a webhook delivery: form encoding has no null, so that ThriveCart writes the word. #}
{% macro delivery_text(payload, path) -%}
    nullif({{ blank_to_null(json_text(payload, path)) }}, 'null')
{%- endmacro %}
