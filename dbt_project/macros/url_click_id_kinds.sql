{# The names of the parameters with click ids in an address, separated by blanks; null without any. Addresses are long:
   what is cheap to see is looked at first. #}
{% macro url_click_id_kinds(url) -%}
    {%- set values = {} -%}
    {%- for name in [
        'gclid', 'gbraid', 'wbraid', 'dclid', 'msclkid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id', 'epik'
    ] -%}
        {%- do values.update({name: url_parameter(url, name)}) -%}
    {%- endfor -%}
    case
        when
            {{ url }} like '%cl%id=%' or {{ url }} like '%braid=%'
            or {{ url }} like '%fat_id=%' or {{ url }} like '%epik=%'
            then {{ names_of_values(values) }}
    end
{%- endmacro %}
