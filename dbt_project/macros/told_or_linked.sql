{# A utm value or click id of a touchpoint: what its file says, else the page's address. Google Analytics puts what it does
   not know, such as (not set), into brackets. PostHog's own columns are not of the page: a browser sends those of the last
   campaign with whatever it does later, so that they count only where there is no page. #}
{% macro told_or_linked(column) -%}
    coalesce(
        case
            when touchpoints.made_by = 'posthog' and touchpoints.landing_page is not null then null
            when touchpoints.{{ column }} like '(%)' then null
            else {{ blank_to_null('touchpoints.' ~ column) }}
        end,
        {{ url_parameter('touchpoints.landing_page', column) }}
    )
{%- endmacro %}
