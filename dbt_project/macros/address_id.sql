{# The key of an address of a workspace, and the id of the person who is named after it. A hash, so that it is no address. #}
{% macro address_id(workspace_id, email) -%}
    {{ dbt.hash(workspace_id ~ " || ':' || " ~ email) }}
{%- endmacro %}
