select
    paired.left_number,
    paired.right_number,
    paired.left_type,
    paired.right_type,
    paired.recorded_at,
    paired.evidence_event_key,
    paired.rank_of_right <= limits_right.max_linked
    and paired.rank_of_left <= limits_left.max_linked
    and crowded.left_number is null as is_used
from {{ ref('int_identifiers_paired') }} as paired
inner join {{ ref('int_identifier_types_limited') }} as limits_right
    on paired.right_type = limits_right.id_type
inner join {{ ref('int_identifier_types_limited') }} as limits_left
    on paired.left_type = limits_left.id_type
left join {{ ref('int_identifiers_crowded') }} as crowded
    on paired.left_number = crowded.left_number and paired.right_number = crowded.right_number
