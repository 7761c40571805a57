{# A customer as ThriveCart keeps one: an address in an account. A hash, so that a key is no address. #}
{% macro customer_id(connection_id, email) -%}
    {{ dbt.hash(connection_id ~ " || ':' || " ~ email) }}
{%- endmacro %}
