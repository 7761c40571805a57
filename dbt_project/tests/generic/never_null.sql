{# None of the named columns is ever null: one look at the table for all of them. Each row names a column and its nulls. #}
{% test never_null(model, columns) %}
    select
        checked.column_name,
        count(*) as row_count
    from (
        select
            case
                {% for column in columns -%}
                    when {{ column }} is null then '{{ column }}'
                {% endfor -%}
            end as column_name
        from {{ model }}
    ) as checked
    where checked.column_name is not null
    group by checked.column_name
{% endtest %}
