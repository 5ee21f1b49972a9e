{%- set kinds = ['case', 'contact', 'order', 'shipment', 'invoice', 'payment', 'subscription'] -%}
with mentioned as (
    {%- for kind in kinds %}
    select
        '{{ kind }}' as object_type,
        {{ kind }}_id as object_id,
        party_hash,
        min(occurred_at) as occurred_at
    from {{ ref('event_log') }}
    where {{ kind }}_id is not null and party_hash is not null
    group by {{ kind }}_id, party_hash

    union all
    {%- endfor %}

    select
        subject_type as object_type,
        subject_id as object_id,
        party_hash,
        min(occurred_at) as occurred_at
    from {{ ref('event_log') }}
    where
        subject_type not in ('{{ kinds | join("', '") }}')
        and subject_id is not null
        and party_hash is not null
    group by subject_type, subject_id, party_hash
),

numbered as (
    select
        mentioned.*,
        row_number() over (
            partition by object_type, object_id order by occurred_at, party_hash
        ) as mention_number
    from mentioned
)

select numbered.object_type, numbered.object_id, identities.party_id
from numbered
inner join {{ ref('int_identities') }} as identities on numbered.party_hash = identities.id_hash
where numbered.mention_number = 1
