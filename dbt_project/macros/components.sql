{#- A materialization for connected components. The model gives edges (left_number, right_number);
    the table gets one row per node: node_number and component_number, the least node number that
    it is connected to. Rounds of minimum-label propagation with pointer jumping run until no
    label changes; after 64 rounds it fails. -#}
{% materialization components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set edges = adapter.quote(this.identifier ~ '__edges') -%}
    {%- set labels = adapter.quote(this.identifier ~ '__labels') -%}
    {%- set next_labels = adapter.quote(this.identifier ~ '__next_labels') -%}

    {{ run_hooks(pre_hooks) }}
    {% do components_table(edges, both_ways(sql)) %}
    {% do components_table(labels, first_labels(edges)) %}
    {%- set ns = namespace(changed=1, rounds=0) -%}
    {% for _ in range(64) if ns.changed > 0 %}
        {% do components_table(next_labels, one_round(edges, labels)) %}
        {%- set ns.changed = run_query(changed_labels(labels, next_labels)).columns[0][0] -%}
        {% do components_table(labels, 'select * from ' ~ next_labels) %}
        {%- set ns.rounds = ns.rounds + 1 -%}
    {% endfor %}
    {% if ns.changed > 0 %}
        {{ exceptions.raise_compiler_error('identity components: labels still change after 64 rounds') }}
    {% endif %}
    {%- set existing = load_cached_relation(this) -%}
    {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% call statement('main') -%}
        create table {{ target_relation }} as
        select node_number, label_number as component_number from {{ labels }}
    {%- endcall %}
    {% for name in (edges, labels, next_labels) %}
        {% do run_query('drop table if exists ' ~ name) %}
    {% endfor %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro components_table(name, query) %}
    {% do run_query('drop table if exists ' ~ name) %}
    {% do run_query('create temporary table ' ~ name ~ ' as ' ~ query) %}
{% endmacro %}

{% macro both_ways(query) %}
    with given as ({{ query }})
    select left_number as node_number, right_number as neighbour_number from given
    union
    select right_number as node_number, left_number as neighbour_number from given
{% endmacro %}

{% macro first_labels(edges) %}
    select node_number, least(node_number, min(neighbour_number)) as label_number
    from {{ edges }}
    group by node_number
{% endmacro %}

{#- Each node proposes its neighbour's label to itself and to the node its own label names; then
    labels jump to the label of their label. -#}
{% macro one_round(edges, labels) %}
    with seen as (
        select
            own.node_number,
            own.label_number as own_number,
            neighbour.label_number as seen_number
        from {{ edges }} as edges
        inner join {{ labels }} as own on edges.node_number = own.node_number
        inner join {{ labels }} as neighbour on edges.neighbour_number = neighbour.node_number
    ),
    proposed as (
        select node_number, label_number from {{ labels }}
        union all
        select node_number, seen_number as label_number from seen
        union all
        select own_number as node_number, seen_number as label_number from seen
    ),
    hooked as (
        select node_number, min(label_number) as label_number
        from proposed
        group by node_number
    )
    select hooked.node_number, least(hooked.label_number, jumped.label_number) as label_number
    from hooked
    inner join hooked as jumped on hooked.label_number = jumped.node_number
{% endmacro %}

{% macro changed_labels(labels, next_labels) %}
    select count(*) as changed_count
    from {{ labels }} as before
    inner join {{ next_labels }} as after on before.node_number = after.node_number
    where before.label_number <> after.label_number
{% endmacro %}
