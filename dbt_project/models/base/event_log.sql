{#- Columns of the narrow table that only some domains have. -#}
{%- set ids = {
    'contact': ['case_id', 'contact_id', 'order_id', 'invoice_id'],
    'order': ['order_id', 'shipment_id'],
    'billing': ['order_id', 'invoice_id', 'payment_id', 'subscription_id'],
    'feedback': ['case_id', 'contact_id', 'order_id'],
} -%}
{%- set linked = ['case', 'contact', 'order', 'shipment', 'invoice', 'payment', 'subscription'] -%}
{%- set money = {
    'order': ('total_minor', 'total_currency'),
    'billing': ('coalesce(gross_minor, amount_minor)', 'coalesce(gross_currency, amount_currency)'),
} -%}

{%- for domain in domains() %}
select
    event_id,
    event_key,
    source,
    event_type,
    '{{ domain }}' as domain,
    subject_type,
    subject_id,
    party_hash,
    {%- for kind in linked %}
    coalesce(
        {{ kind ~ '_id' if kind ~ '_id' in ids.get(domain, []) else 'cast(null as varchar)' }},
        {%- if domain == 'contact' and kind in ('order', 'invoice', 'subscription') %}
        case when object_type = '{{ kind }}' then object_id end,
        {%- endif %}
        case when subject_type = '{{ kind }}' then subject_id end,
        {{ object_id('objects', kind) }}
    ) as {{ kind }}_id,
    {%- endfor %}
    channel,
    actor_type,
    language,
    {{ money[domain][1] if domain in money else 'cast(null as varchar)' }} as currency,
    source_url,
    derivation,
    amends_id,
    payload_hash,
    "sequence",
    event_type_rank,
    commit_no,
    {{ money[domain][0] if domain in money else 'cast(null as bigint)' }} as amount_minor,
    occurred_at,
    recorded_at
from {{ live_events(domain) }} as live
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
