{%- for domain in domains() %}
select
    '{{ domain }}' as domain,
    part.event_key,
    part.commit_no,
    part.source,
    part.event_id,
    part.amends_id,
    coalesce(part.is_retracted, false) as is_retracted,
    part.occurred_at,
    part.recorded_at
from {{ source('log', domain) }} as part
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
