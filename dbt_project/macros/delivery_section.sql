{# A section of a webhook delivery with fields of its own, as JSON; null where a word or nothing stands in its place. #}
{% macro delivery_section(payload, path) -%}
    case
        when substr({{ json_text(payload, path) }}, 1, 1) = '{{ '{' }}' then {{ json_text(payload, path) }}
    end
{%- endmacro %}
