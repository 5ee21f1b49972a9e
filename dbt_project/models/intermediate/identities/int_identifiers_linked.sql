select
    paired.left_number,
    paired.right_number,
    paired.left_type,
    paired.right_type,
    paired.recorded_at,
    paired.evidence_event_key,
    coalesce(paired.rank_of_right <= limits_right.max_linked, true)
    and coalesce(paired.rank_of_left <= limits_left.max_linked, true) as is_used
from {{ ref('int_identifiers_paired') }} as paired
left join {{ ref('identity_limits_in_force') }} as limits_right
    on paired.right_type = limits_right.id_type
left join {{ ref('identity_limits_in_force') }} as limits_left
    on paired.left_type = limits_left.id_type
