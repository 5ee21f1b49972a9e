{#- The ranks of a pair count partners recorded before an identifier and after it apart. Only where one
    of them passes half of a limit can both together pass it, so few identifiers are counted anew.
    A limit of one needs none of this: whoever has two breaks the limit of a person as well. -#}
{%- set sides = {'left': 'right', 'right': 'left'} -%}
with crowded as (
    {%- for side, other in sides.items() %}
    select
        paired.{{ side }}_number as identifier_number,
        limits.id_type as partner_type,
        limits.max_linked
    from {{ ref('int_identifiers_paired') }} as paired
    inner join {{ ref('int_identifier_types_limited') }} as limits
        on paired.{{ other }}_type = limits.id_type
    where limits.max_linked > 1 and 2 * paired.rank_of_{{ other }} > limits.max_linked
    {%- if not loop.last %}
    union distinct
    {%- endif %}
    {%- endfor %}
),

partners as (
    {%- for side, other in sides.items() %}
    select
        crowded.*,
        paired.{{ other }}_number as partner_number,
        paired.left_number,
        paired.right_number,
        paired.recorded_at
    from crowded
    inner join {{ ref('int_identifiers_paired') }} as paired
        on
            crowded.identifier_number = paired.{{ side }}_number
            and crowded.partner_type = paired.{{ other }}_type
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        partners.*,
        row_number() over (
            partition by identifier_number, partner_type order by recorded_at, partner_number
        ) as partner_rank
    from partners
)

select distinct left_number, right_number
from ranked
where partner_rank > max_linked
