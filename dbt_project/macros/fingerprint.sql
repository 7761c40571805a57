{# A whole number made of the values of a row: rows that differ have different ones, but for one pair in 2^60. It is compared
   with others of the same warehouse only, so that each engine may take its fastest hash. #}
{% macro fingerprint(columns) -%}
    {{ return(adapter.dispatch('fingerprint')(columns)) }}
{%- endmacro %}

{% macro default__fingerprint(columns) -%}
    cast(hash({{ columns | join(', ') }}) >> 3 as bigint)
{%- endmacro %}

{% macro postgres__fingerprint(columns) -%}
    cast(cast('x' || substr(md5({{ fingerprinted_text(columns) }}), 1, 15) as bit(60)) as bigint)
{%- endmacro %}

{% macro spark__fingerprint(columns) -%}
    shiftrightunsigned(xxhash64({{ fingerprinted_text(columns) }}), 3)
{%- endmacro %}

{# With a mark for null and one after each value: what is empty is not null, and a and bc are not ab and c. #}
{% macro fingerprinted_text(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), chr(30)) || chr(31){{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# One number for all rows of a group, in whatever order they are read. As a sum, not bit by bit, so that the same row
   twice is another number than no row. #}
{% macro fingerprint_of_rows(columns) -%}
    sum(cast({{ fingerprint(columns) }} as decimal(38, 0)))
{%- endmacro %}
