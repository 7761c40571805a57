{# The components of links, found in rounds, each a table: every node takes its least neighbour for its parent, if that is
   less than itself; pointers jump to the parent's parent until all point at a top; tops that are neighbours are the nodes of
   the next round. A round leaves a share of the nodes and a jump doubles the reach of a pointer, so that both grow with the
   logarithm of the longest chain. Returns the name of a table with `node` and `parent`, its top of the last round (nodes
   without a neighbour are not in it), and the work: rounds, passes (each looks once at all nodes of its round), nodes. #}
{% macro component_rounds(links) -%}
    {%- set work = namespace(rounds=0, passes=0, nodes=0, edges=none, is_done=false) -%}
    {%- set neighbours -%}
        select distinct
            least_nodes.node,
            links.node as other_node
        from {{ links }} as links
        inner join (select link, min(node) as node from {{ links }} group by link) as least_nodes
            on links.link = least_nodes.link
        where links.node <> least_nodes.node
    {%- endset -%}
    {%- set work.edges = round_table('edges_1', neighbours) -%}
    {%- for round in range(1, 64) -%}
        {%- if round == 1 or rows_in(work.edges) > 0 and not work.is_done -%}
            {%- set work.rounds = round -%}
            {%- set work.passes = work.passes + 1 + component_tops(work.edges, round) -%}
            {%- if round == 1 -%}
                {%- set work.nodes = rows_in(round_table_name('parents_1')) -%}
            {%- endif -%}
            {%- set contracted -%}
                select distinct
                    case when parents.parent < others.parent then parents.parent else others.parent end as node,
                    case when parents.parent < others.parent then others.parent else parents.parent end as other_node
                from {{ work.edges }} as edges
                inner join {{ round_table_name('parents_' ~ round) }} as parents on edges.node = parents.node
                inner join {{ round_table_name('parents_' ~ round) }} as others on edges.other_node = others.node
                where parents.parent <> others.parent
            {%- endset -%}
            {%- set next_edges = round_table('edges_' ~ (round + 1), contracted) -%}
            {%- do drop_round_table('edges_' ~ round) -%}
            {%- set work.edges = next_edges -%}
        {%- else -%}
            {%- set work.is_done = true -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do drop_round_table('edges_' ~ (work.rounds + 1)) -%}
    {# The tops of a round point on to those of later rounds: from the last, which is small, back to the first. #}
    {%- for round in range(work.rounds - 1, 0, -1) -%}
        {%- set carried -%}
            select
                parents.node,
                coalesce(tops.parent, parents.parent) as parent
            from {{ round_table_name('parents_' ~ round) }} as parents
            left join {{ round_table_name('parents_' ~ (round + 1)) }} as tops on parents.parent = tops.node
        {%- endset -%}
        {%- do replace_round_table('parents_' ~ round, carried) -%}
        {%- do drop_round_table('parents_' ~ (round + 1)) -%}
    {%- endfor -%}
    {{ return({
        'table': round_table_name('parents_1'), 'rounds': work.rounds, 'passes': work.passes, 'nodes': work.nodes
    }) }}
{%- endmacro %}
