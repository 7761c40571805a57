{# The value of a parameter in the query of an address, decoded; null where it is missing or empty. Whoever opens a page
   may write what they like into its address: what cannot be decoded stays as it is. #}
{% macro url_parameter(url, name) -%}
    {{ return(adapter.dispatch('url_parameter')(url, name)) }}
{%- endmacro %}

{% macro default__url_parameter(url, name) -%}
    {%- set value = "replace(regexp_extract(" ~ url ~ ", '[?&]" ~ name ~ "=([^&#]*)', 1), '+', ' ')" -%}
    nullif(trim(coalesce(try(url_decode({{ value }})), {{ value }})), '')
{%- endmacro %}

{% macro postgres__url_parameter(url, name) -%}
    nullif(trim((
        select convert_from(
            decode(string_agg(
                case when length(parts.part[1]) = 3 then substr(parts.part[1], 2)
                    else encode(convert_to(parts.part[1], 'UTF8'), 'hex') end,
                ''
            ), 'hex'), 'UTF8'
        )
        from regexp_matches(
            replace(substring({{ url }} from '[?&]{{ name }}=([^&#]*)'), '+', ' '), '%[0-9A-Fa-f]{2}|.', 'g'
        ) as parts (part)
    )), '')
{%- endmacro %}

{% macro spark__url_parameter(url, name) -%}
    {%- set value = "regexp_extract(" ~ url ~ ", '[?&]" ~ name ~ "=([^&#]*)', 1)" -%}
    nullif(trim(case
        when {{ value }} rlike '%(?![0-9A-Fa-f]{2})' then {{ value }}
        else url_decode({{ value }})
    end), '')
{%- endmacro %}
