select id_type, max_linked
from {{ in_force(ref('identity_limits'), ['id_type']) }} as decided
where
    {{ date_as_moment('valid_from') }} <= {{ as_of() }}
    and (valid_to is null or {{ as_of() }} < {{ date_as_moment('valid_to') }})
