{# A table that lives for one build, made of a query. Returns the name to read it by. #}
{% macro round_table(name, query) -%}
    {%- do drop_round_table(name) -%}
    {{ return(adapter.dispatch('round_table')(name, query)) }}
{%- endmacro %}

{% macro default__round_table(name, query) -%}
    {# dbt's own macro would hold it against the contract of the model. #}
    {%- do run_query('create temporary table ' ~ round_table_name(name) ~ ' as ' ~ query) -%}
    {{ return(round_table_name(name)) }}
{%- endmacro %}

{# A temporary view, which Spark has instead, would be computed anew each time it is read. #}
{% macro spark__round_table(name, query) -%}
    {%- set relation = this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table') -%}
    {%- do run_query(create_table_as(False, relation, query)) -%}
    {{ return(round_table_name(name)) }}
{%- endmacro %}

{% macro round_table_name(name) -%}
    {{ return(adapter.dispatch('round_table_name')(name)) }}
{%- endmacro %}

{% macro default__round_table_name(name) -%}
    {{ return(this.identifier ~ '__' ~ name) }}
{%- endmacro %}

{% macro spark__round_table_name(name) -%}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table') | string) }}
{%- endmacro %}

{% macro drop_round_table(name) -%}
    {%- do run_query('drop table if exists ' ~ round_table_name(name)) -%}
{%- endmacro %}

{# In the place of a table that the query itself may read. #}
{% macro replace_round_table(name, query) -%}
    {%- set made = round_table(name ~ '_next', query) -%}
    {%- do drop_round_table(name) -%}
    {%- do run_query('alter table ' ~ made ~ ' rename to ' ~ round_table_name(name)) -%}
{%- endmacro %}

{% macro rows_in(table) -%}
    {{ return(run_query('select count(*) from ' ~ table).rows[0][0]) }}
{%- endmacro %}
