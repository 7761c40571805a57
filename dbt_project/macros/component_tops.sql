{# One round: makes the table `parents_<round>` with the top that each node of the edges points at. Returns how many jumps
   that took. #}
{% macro component_tops(edges, round) -%}
    {%- set work = namespace(jumps=0, is_done=false) -%}
    {%- set name = 'parents_' ~ round -%}
    {%- set least_neighbours -%}
        select
            directed.node,
            case when min(directed.other_node) < directed.node then min(directed.other_node) else directed.node end as parent
        from (
            select node, other_node from {{ edges }}
            union all
            select other_node as node, node as other_node from {{ edges }}
        ) as directed
        group by directed.node
    {%- endset -%}
    {%- do round_table(name, least_neighbours) -%}
    {%- for jump in range(1, 64) -%}
        {%- if not work.is_done -%}
            {%- set jumped -%}
                select
                    nodes.node,
                    parents.parent
                from {{ round_table_name(name) }} as nodes
                inner join {{ round_table_name(name) }} as parents on nodes.parent = parents.node
            {%- endset -%}
            {%- set moved -%}
                select count(*)
                from {{ round_table_name(name) }} as nodes
                inner join {{ round_table_name(name) }} as parents on nodes.parent = parents.node
                where nodes.parent <> parents.parent
            {%- endset -%}
            {%- if run_query(moved).rows[0][0] == 0 -%}
                {%- set work.is_done = true -%}
            {%- else -%}
                {%- do replace_round_table(name, jumped) -%}
                {%- set work.jumps = jump -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(work.jumps) }}
{%- endmacro %}
