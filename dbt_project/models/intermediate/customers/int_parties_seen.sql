with seen as (
    select
        party_hash,
        min(occurred_at) as first_seen_at,
        max(case when language is not null then {{ event_position() }} end) as last_spoken,
        {{ max_by('language', event_position()) }} as language
    from {{ ref('event_log') }}
    where party_hash is not null
    group by party_hash
)

select
    identities.party_id,
    count(*) as identifier_count,
    bool_or(identities.id_class = 'personal') as is_identified,
    {{ max_by('seen.language', 'seen.last_spoken') }} as language,
    min(seen.first_seen_at) as first_seen_at
from {{ ref('int_identities') }} as identities
left join seen on identities.id_hash = seen.party_hash
group by identities.party_id
having min(seen.first_seen_at) is not null
