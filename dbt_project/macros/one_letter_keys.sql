{# One row per text and what is left of it without one of its letters, and the text itself: two texts with one slip of the
   fingers between them have a key in common. Of a long text only the first 64 letters are left out, as many as a local part
   may have. #}
{% macro one_letter_keys(relation, text, keep) -%}
    select
        {{ keep | join(', ') }},
        {{ text }} as letter_key
    from {{ relation }}
    union
    select
        {{ keep | join(', ') }},
        substring({{ text }}, 1, letters.position_of_letter - 1)
        || substring({{ text }}, letters.position_of_letter + 1) as letter_key
    from {{ relation }}
    inner join (
        {%- for position in range(1, 65) %}
            select {{ position }} as position_of_letter{% if not loop.last %} union all{% endif %}
        {%- endfor %}
    ) as letters on letters.position_of_letter <= length({{ text }})
{%- endmacro %}
