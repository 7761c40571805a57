{# Three capital letters: codes are compared as they stand, so `usd` would be a foreign currency to `USD`. #}
{% test currency_code(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where length({{ column_name }}) <> 3 or {{ column_name }} <> upper({{ column_name }})
{% endtest %}
