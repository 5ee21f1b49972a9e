select object_type, object_id, party_id, false as is_guest from {{ ref('int_objects_mentioned') }}

union all

select object_type, object_id, party_id, true as is_guest from {{ ref('int_guests') }}
