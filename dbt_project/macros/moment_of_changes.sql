{# The moment of what a build finds changed: when it began, and later than all that its table has, whatever the clock says,
   as others go by what is later than what they know. #}
{% macro moment_of_changes() -%}
    {%- if is_incremental() -%}
        (
            select
                case
                    when max(known.changed_at) >= {{ build_moment() }}
                        then {{ dbt.dateadd('second', 1, 'max(known.changed_at)') }}
                    else {{ build_moment() }}
                end
            from {{ this }} as known
        )
    {%- else -%}
        {{ build_moment() }}
    {%- endif -%}
{%- endmacro %}
