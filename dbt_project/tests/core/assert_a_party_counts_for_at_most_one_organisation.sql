select party_id
from {{ ref('organisation_members') }}
group by party_id
having count(case when is_counted then 1 end) <> 1
