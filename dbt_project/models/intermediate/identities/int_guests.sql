{#- An order, a case, or a call or chat outside of a case, without a word of who it was. A contact
    inside such a case is the case's. Nothing ever joins two of them. -#}
{%- set kinds = {
    'case': "domain = 'contact'",
    'order': "event_type = 'order.placed'",
    'contact': "domain = 'contact'",
} -%}
with objects as (
    {%- for kind, delivered in kinds.items() %}
    select
        '{{ kind }}' as object_type,
        {{ kind }}_id as object_id,
        {{ "max(case_id)" if kind == 'contact' else "cast(null as varchar)" }} as within_case_id,
        min(occurred_at) as first_seen_at
    from {{ ref('event_log') }}
    where {{ kind }}_id is not null and {{ delivered }}
    group by {{ kind }}_id
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}
)

select
    objects.object_type,
    objects.object_id,
    md5(
        'guest/' || coalesce('case/' || objects.within_case_id, objects.object_type || '/' || objects.object_id)
    ) as party_id,
    objects.first_seen_at
from objects
left join {{ ref('int_objects_mentioned') }} as own
    on objects.object_type = own.object_type and objects.object_id = own.object_id
left join {{ ref('int_objects_mentioned') }} as outer_case
    on outer_case.object_type = 'case' and objects.within_case_id = outer_case.object_id
where own.object_id is null and outer_case.object_id is null
