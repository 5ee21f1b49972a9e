with seen as (
    select
        party_hash,
        min(occurred_at) as first_seen_at,
        max(case when language is not null then {{ event_position() }} end) as last_spoken,
        {{ max_by('language', event_position()) }} as language
    from {{ ref('event_log') }}
    where party_hash is not null
    group by party_hash
),

named as (
    select
        identities.party_id,
        case when bool_or(identities.id_class = 'personal') then 'person' else 'organisation' end
            as party_type,
        {{ max_by('seen.language', 'seen.last_spoken') }} as language,
        count(case when identities.id_type <> 'party' then 1 end) as identifier_count,
        bool_or(identities.id_class <> 'functional' and identities.id_type <> 'party') as is_identified,
        bool_and(identities.id_type = 'party') as is_guest,
        min(seen.first_seen_at) as first_seen_at
    from {{ ref('int_identities') }} as identities
    left join seen on identities.id_hash = seen.party_hash
    group by identities.party_id
    having min(seen.first_seen_at) is not null
)

select * from named

union all

select
    guests.party_id,
    'person' as party_type,
    null as language,
    0 as identifier_count,
    false as is_identified,
    true as is_guest,
    min(guests.first_seen_at) as first_seen_at
from {{ ref('int_guests') }} as guests
left join named on guests.party_id = named.party_id
where named.party_id is null
group by guests.party_id
