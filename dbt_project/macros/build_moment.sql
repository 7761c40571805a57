{# When the build began: one `now` for all models of a run. #}
{% macro build_moment() -%}
    {{ as_moment("'" ~ run_started_at ~ "'") }}
{%- endmacro %}
