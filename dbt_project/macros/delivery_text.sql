{# What a webhook delivery, or a part of one, tells at a dotted path; null where it tells nothing. #}
{% macro delivery_text(payload, path) -%}
    {{ told_text(json_text(payload, path)) }}
{%- endmacro %}
