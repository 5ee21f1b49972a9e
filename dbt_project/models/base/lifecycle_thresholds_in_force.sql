select stage, after_days
from {{ in_force(ref('lifecycle_thresholds'), ['stage']) }} as decided
where
    {{ date_as_moment('valid_from') }} <= {{ as_of() }}
    and (valid_to is null or {{ as_of() }} < {{ date_as_moment('valid_to') }})
