{#- The pair of an identifier that is one too many of its type is not kept: what chose that identifier
    stays with it. -#}
with ranked as (
    select
        identifiers.identifier_number,
        limits.max_linked,
        row_number() over (
            partition by connected.component_number, identifiers.id_type
            order by identifiers.identifier_number
        ) as rank_in_component
    from {{ ref('int_identifier_choices_connected') }} as connected
    inner join {{ ref('int_identifiers_collected') }} as identifiers
        on connected.node_number = identifiers.identifier_number
    inner join {{ ref('int_identifier_types_limited') }} as limits
        on identifiers.id_type = limits.id_type
)

select
    choices.left_number,
    choices.right_number,
    choices.is_chosen and ranked.rank_in_component <= ranked.max_linked as is_kept
from {{ ref('int_identifier_choices') }} as choices
left join ranked on choices.weaker_number = ranked.identifier_number
