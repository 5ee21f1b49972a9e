with beyond as (
    select distinct component_number from {{ ref('int_components_beyond_limits') }}
),

linked as (
    select
        links.left_number,
        links.right_number,
        {{ identifier_place('links.left_type') }} as left_place,
        {{ identifier_place('links.right_type') }} as right_place,
        links.right_type = links.left_type
        and {{ names_an_account('links.right_type') }}
        and limits.max_linked > 1 as is_merge,
        links.recorded_at
    from {{ ref('int_identifiers_linked') }} as links
    inner join {{ ref('int_identifiers_connected') }} as connected
        on links.left_number = connected.node_number
    inner join beyond on connected.component_number = beyond.component_number
    inner join {{ ref('int_identifier_types_limited') }} as limits
        on links.right_type = limits.id_type
    where links.is_used
),

-- The weaker identifier chooses; of two of one type only a number holds an earlier one, where a
-- person may have several (a system merged two of its accounts).
directed as (
    select
        linked.*,
        case
            when left_place > right_place then left_number
            when right_place > left_place or is_merge then right_number
        end as weaker_number,
        least(left_place, right_place) as stronger_place
    from linked
),

chosen as (
    select
        directed.*,
        row_number() over (
            partition by weaker_number
            order by stronger_place, recorded_at, left_number, right_number
        ) as choice_number
    from directed
)

select
    left_number,
    right_number,
    weaker_number,
    weaker_number is not null and choice_number = 1 as is_chosen
from chosen
