{# A factor that money is multiplied by is above zero. #}
{% test positive(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} <= 0
{% endtest %}
