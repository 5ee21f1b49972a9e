{#- A sum of fractions that is the same in whatever order the rows are added (six decimals). -#}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(18, 6))) as double)
{%- endmacro %}

{#- A list of the values of a group without NULL, in the order of another expression. -#}
{% macro ordered_list(expression, position) -%}
    {{ return(adapter.dispatch('ordered_list')(expression, position)) }}
{%- endmacro %}

{% macro default__ordered_list(expression, position) -%}
    list({{ expression }} order by {{ position }}, {{ expression }})
{%- endmacro %}

{% macro spark__ordered_list(expression, position) -%}
    transform(
        array_sort(collect_list(struct({{ position }} as position, {{ expression }} as item))),
        pair -> pair.item
    )
{%- endmacro %}
