select distinct case_id
from {{ ref('stg_contact__complaints') }}
where event_type = 'complaint.registered'
