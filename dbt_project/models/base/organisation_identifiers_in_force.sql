select distinct id_type
from {{ in_force(ref('organisation_identifiers'), ['id_type']) }} as decided
where
    {{ date_as_moment('valid_from') }} <= {{ as_of() }}
    and (valid_to is null or {{ as_of() }} < {{ date_as_moment('valid_to') }})
