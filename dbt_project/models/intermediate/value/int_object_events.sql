{%- for object in ['order', 'invoice', 'subscription'] %}
select
    '{{ object }}' as object_type,
    {{ object }}_id as object_id,
    step,
    event_id,
    event_key,
    "sequence",
    event_type_rank,
    occurred_at
from {{ ref('int_events_as_steps') }}
where domain in ('order', 'billing') and {{ object }}_id is not null
{%- if not loop.last %}

union all
{% endif %}
{%- endfor %}
