select
    subject_type as object_type,
    subject_id as object_id,
    {{ max_by('source_url', event_position()) }} as source_url
from {{ ref('event_log') }}
where
    source_url is not null
    and subject_type in ('case', 'order', 'invoice', 'payment', 'survey')
group by subject_type, subject_id
