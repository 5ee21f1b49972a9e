with occurring as (
    select distinct id_type from {{ ref('int_identifiers_collected') }}
),

every_other as (
    select max_linked from {{ ref('identity_limits_in_force') }}
    where id_type = '*'
)

select
    occurring.id_type,
    coalesce(own.max_linked, every_other.max_linked) as max_linked
from occurring
cross join every_other
left join {{ ref('identity_limits_in_force') }} as own on occurring.id_type = own.id_type
