{# The only normalisation of addresses: surrounding space off, lower case, empty is null. #}
{% macro normalize_email(email) -%}
    nullif(lower(trim({{ email }})), '')
{%- endmacro %}
