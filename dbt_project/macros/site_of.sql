{# The domain that a web address is of, without subdomains, so that shop.acme.example and acme.example are one site; null
   for a text that is no address. Under co.uk and its like three parts are a site. #}
{% macro site_of(url) -%}
    {{ return(adapter.dispatch('site_of')(url)) }}
{%- endmacro %}

{% macro default__site_of(url) -%}
    {%- set host = "regexp_extract(lower(" ~ url ~ "), '^(?:[a-z][a-z0-9+.-]*://)?([^/?#:]+)', 1)" -%}
    nullif(regexp_extract({{ host }}, '([^.]+[.](?:(?:com|co|net|org|ac|gov|edu)[.])?[^.]+)$', 1), '')
{%- endmacro %}

{% macro postgres__site_of(url) -%}
    {%- set host = "substring(lower(" ~ url ~ ") from '^(?:[a-z][a-z0-9+.-]*://)?([^/?#:]+)')" -%}
    substring({{ host }} from '([^.]+[.](?:(?:com|co|net|org|ac|gov|edu)[.])?[^.]+)$')
{%- endmacro %}
