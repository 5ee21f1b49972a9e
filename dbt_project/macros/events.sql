{% macro domains() -%}
    {{ return(['contact', 'order', 'billing', 'feedback', 'proactive', 'party', 'privacy']) }}
{%- endmacro %}

{#- The rows of a domain's log that count at as_of, only of these types if any are named. -#}
{% macro live_events(domain, types=[]) -%}
    (
        select part.* from {{ source('log', domain) }} as part
        where
            {% if types -%}
            part.event_type in ('{{ types | join("', '") }}') and
            {% endif -%}
            not exists (
                select 1 from {{ ref('excluded_events') }} as excluded
                where
                    excluded.domain = '{{ domain }}'
                    and excluded.event_key = part.event_key
                    and excluded.commit_no = part.commit_no
            )
    )
{%- endmacro %}

{#- Total order of events: of equal time first the given sequence, then the type's rank. -#}
{% macro event_order() -%}
    occurred_at, coalesce("sequence", 0), event_type_rank, event_key
{%- endmacro %}

{#- The same order as one value, for max_by and min_by in a grouping: no tie is left to chance. -#}
{% macro event_position() -%}
    {{ return(adapter.dispatch('event_position')()) }}
{%- endmacro %}

{% macro default__event_position() -%}
    struct_pack(
        at := occurred_at, place := coalesce("sequence", 0), rank := event_type_rank, key := event_key
    )
{%- endmacro %}

{% macro spark__event_position() -%}
    struct(occurred_at, coalesce(`sequence`, 0), event_type_rank, event_key)
{%- endmacro %}
