{#- A materialization for connected components. The model gives edges (left_number, right_number);
    the table gets one row per node: node_number and component_number, the least node number that
    it is connected to. A round hooks each node to its least neighbour (minimum label), lets labels
    jump to the label of their label until none changes, and writes the edges anew between labels.
    So each round works on what the last one left over; the fixpoint is that no edge is left
    between two labels. After 64 rounds, or 64 jumps in one, it fails. -#}
{% materialization components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set place = this.identifier -%}
    {{ run_hooks(pre_hooks) }}
    {%- set ns = namespace(edges=stage(place, 'edges_0', distinct_edges(sql)), labels=none) -%}
    {% for round in range(64) if round == 0 or ns.left_over > 0 %}
        {%- set hooks = fully_jumped(place, stage(place, 'hooks_' ~ round, hooked(ns.edges))) -%}
        {%- set edges = stage(place, 'edges_' ~ (round + 1), contracted(ns.edges, hooks)) -%}
        {%- set labels = stage(place, 'labels_' ~ round, relabelled(ns.labels, hooks)) -%}
        {% for spent in (ns.edges, ns.labels, hooks) if spent %}{% do dropped(spent) %}{% endfor %}
        {%- set ns.edges = edges -%}
        {%- set ns.labels = labels -%}
        {%- set ns.left_over = run_query('select count(*) from ' ~ edges).columns[0][0] -%}
    {% endfor %}
    {% if ns.left_over > 0 %}
        {{ exceptions.raise_compiler_error('identity components: edges are left between labels after 64 rounds') }}
    {% endif %}
    {%- set existing = load_cached_relation(this) -%}
    {% if existing %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% call statement('main') -%}
        create table {{ target_relation }} as
        select node_number, label_number as component_number from {{ ns.labels }}
    {%- endcall %}
    {% do dropped(ns.edges) %}
    {% do dropped(ns.labels) %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Labels that jump to the label of their label until each names a root. -#}
{% macro fully_jumped(place, hooks) %}
    {%- set ns = namespace(hooks=hooks, changed=1) -%}
    {% for jump in range(64) if ns.changed > 0 %}
        {%- set next = stage(place, 'jump_' ~ jump ~ '_of_' ~ hooks | replace('"', ''), jumped(ns.hooks)) -%}
        {% do dropped(ns.hooks) %}
        {%- set ns.hooks = next -%}
        {%- set ns.changed = run_query(changed_labels(next)).columns[0][0] -%}
    {% endfor %}
    {% if ns.changed > 0 %}
        {{ exceptions.raise_compiler_error('identity components: labels still jump after 64 times') }}
    {% endif %}
    {{ return(ns.hooks) }}
{% endmacro %}

{#- A table that lives for this materialization alone; gives its name. -#}
{% macro stage(place, name, query) %}
    {%- set table = adapter.quote(place ~ '__' ~ name) -%}
    {% do dropped(table) %}
    {% do run_query(adapter.dispatch('stage_kind')() ~ ' ' ~ table ~ ' as ' ~ query) %}
    {{ return(table) }}
{% endmacro %}

{% macro default__stage_kind() %}{{ return('create temporary table') }}{% endmacro %}

{% macro spark__stage_kind() %}{{ return('create table') }}{% endmacro %}

{% macro dropped(table) %}
    {% do run_query('drop table if exists ' ~ table) %}
{% endmacro %}

{% macro distinct_edges(query) %}
    select distinct left_number, right_number from ({{ query }}) as given
{% endmacro %}

{% macro hooked(edges) %}
    select node_number, least(node_number, min(neighbour_number)) as label_number
    from (
        select left_number as node_number, right_number as neighbour_number from {{ edges }}
        union all
        select right_number as node_number, left_number as neighbour_number from {{ edges }}
    ) as both_ways
    group by node_number
{% endmacro %}

{% macro jumped(hooks) %}
    select
        own.node_number,
        named.label_number,
        own.label_number as label_before
    from {{ hooks }} as own
    inner join {{ hooks }} as named on own.label_number = named.node_number
{% endmacro %}

{% macro changed_labels(hooks) %}
    select count(*) as changed_count from {{ hooks }} where label_number <> label_before
{% endmacro %}

{#- The edges between labels; those within one label are done with. -#}
{% macro contracted(edges, hooks) %}
    select distinct
        least(from_left.label_number, from_right.label_number) as left_number,
        greatest(from_left.label_number, from_right.label_number) as right_number
    from {{ edges }} as edges
    inner join {{ hooks }} as from_left on edges.left_number = from_left.node_number
    inner join {{ hooks }} as from_right on edges.right_number = from_right.node_number
    where from_left.label_number <> from_right.label_number
{% endmacro %}

{#- The label of every node after a round; the first round's hooks are the first labels. -#}
{% macro relabelled(labels, hooks) %}
    {% if labels -%}
    select labels.node_number, coalesce(hooks.label_number, labels.label_number) as label_number
    from {{ labels }} as labels
    left join {{ hooks }} as hooks on labels.label_number = hooks.node_number
    {%- else -%}
    select node_number, label_number from {{ hooks }}
    {%- endif %}
{% endmacro %}
