{#- The rows of a configuration seed that hold at as_of itself. -#}
{% macro config_at_as_of(seed, keys) -%}
    (
        select spans.* from {{ in_force(ref(seed), keys) }} as spans
        where {{ holds_on('spans', local_date(as_of())) }}
    )
{%- endmacro %}
