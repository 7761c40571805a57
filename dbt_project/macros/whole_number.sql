{# A text as a whole number; any other text, "69.00" among them, is null rather than a wrong number or an error. #}
{% macro whole_number(text) -%}
    case
        when translate({{ text }}, '0123456789', '') = '' and length({{ text }}) between 1 and 18
            then cast({{ text }} as bigint)
    end
{%- endmacro %}
