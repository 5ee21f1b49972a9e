with referenced as (
    {%- for domain in domains() %}
    select
        party_refs,
        '{{ domain }}' = 'party' as is_identification,
        recorded_at,
        event_key
    from {{ live_events(domain) }} as live
    where party_refs is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    row_number() over (order by min(event_key)) as reference_number,
    party_refs,
    is_identification,
    min(recorded_at) as recorded_at,
    max(recorded_at) as last_recorded_at,
    min(event_key) as evidence_event_key
from referenced
group by party_refs, is_identification
