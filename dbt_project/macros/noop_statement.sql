{# In place of dbt's own macro, which also writes the seed's SQL to `<target>/run/<project>/<path of the CSV>`: with an
   absolute DOLLARTRAIL_CONFIG that path is the user's own CSV, and dbt would write over it. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
    {%- set sql = caller() -%}
    {%- if name is not none -%}
        {{ store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) }}
    {%- endif -%}
{%- endmacro %}
