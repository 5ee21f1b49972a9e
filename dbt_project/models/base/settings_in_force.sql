select settings.name, settings.value
from {{ in_force(ref('settings'), ['name']) }} as settings
where
    {{ date_as_moment('settings.valid_from') }} <= {{ as_of() }}
    and (settings.valid_to is null or {{ as_of() }} < {{ date_as_moment('settings.valid_to') }})
