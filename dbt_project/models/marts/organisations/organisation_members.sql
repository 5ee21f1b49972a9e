select
    members.party_id,
    members.organisation_id,
    members.evidence,
    members.is_counted,
    members.first_recorded_at,
    members.last_recorded_at
from {{ ref('int_organisation_members') }} as members
inner join {{ ref('int_parties_seen') }} as seen on members.party_id = seen.party_id
