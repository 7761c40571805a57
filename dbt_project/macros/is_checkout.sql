{# Whether a site is one of those from which people only come back, by the variable sites_that_are_no_source. #}
{% macro is_checkout(site) -%}
    {%- set sites = [] -%}
    {%- for name in var('sites_that_are_no_source') -%}
        {%- do sites.append("'" ~ name | lower ~ "'") -%}
    {%- endfor -%}
    coalesce({{ site }} in ({{ sites | join(', ') or "''" }}), false)
{%- endmacro %}
