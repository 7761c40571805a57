{# A text of a webhook delivery: form encoding has no null, so that ThriveCart writes the word. #}
{% macro told_text(text) -%}
    nullif({{ blank_to_null(text) }}, 'null')
{%- endmacro %}
