select name
from {{ ref('value_settings') }} as settings
where not exists (
    select 1 from {{ config_at_as_of('value_settings', ['name']) }} as held
    where held.name = settings.name and held.value is not null
)

union all

select reason_code as name
from {{ ref('int_contact_reasons_in_force') }}
where quadrant is null
