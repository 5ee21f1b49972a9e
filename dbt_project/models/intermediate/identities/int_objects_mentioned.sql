{%- set kinds = ['case', 'contact', 'order', 'shipment', 'invoice', 'payment', 'subscription'] -%}
{#- A name of type party comes from our own triggers alone, so it tells nobody. Of one moment the
    key of the event decides, which is the same whatever the secret of the hashes. -#}
with mentioned as (
    {%- for kind in kinds %}
    select
        '{{ kind }}' as object_type,
        {{ kind }}_id as object_id,
        party_hash,
        min(occurred_at) as occurred_at,
        min(event_key) as event_key
    from {{ ref('event_log') }}
    where {{ kind }}_id is not null and party_hash is not null
    group by {{ kind }}_id, party_hash

    union all
    {%- endfor %}

    select
        subject_type as object_type,
        subject_id as object_id,
        party_hash,
        min(occurred_at) as occurred_at,
        min(event_key) as event_key
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
        identities.party_id,
        row_number() over (
            partition by mentioned.object_type, mentioned.object_id
            order by mentioned.occurred_at, mentioned.event_key, mentioned.party_hash
        ) as mention_number
    from mentioned
    inner join {{ ref('int_identities') }} as identities
        on mentioned.party_hash = identities.id_hash
    where identities.id_type <> 'party'
)

select object_type, object_id, party_id
from numbered
where mention_number = 1
