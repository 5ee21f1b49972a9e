select party_id, stage, stage_number, valid_from, valid_to
from {{ ref('int_lifecycle_stages') }}
