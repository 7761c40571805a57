{# The names of the parameters with click ids in an address, separated by blanks; null without any. Addresses are long:
   what is cheap to see is looked at first. #}
{% macro url_click_id_kinds(url) -%}
    case
        when
            {{ url }} like '%cl%id=%' or {{ url }} like '%braid=%'
            or {{ url }} like '%fat_id=%' or {{ url }} like '%epik=%'
            then
                nullif(trim(
                    {%- for name in [
                        'gclid', 'gbraid', 'wbraid', 'dclid', 'msclkid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id',
                        'epik'
                    ] %}
                    case when {{ url_parameter(url, name) }} is not null then ' {{ name }}' else '' end
                    {%- if not loop.last %} ||{% endif %}
                    {%- endfor %}
                ), '')
    end
{%- endmacro %}
