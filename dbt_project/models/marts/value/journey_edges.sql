with transitions as (
    select
        previous_step as from_step,
        step as to_step,
        journey_id,
        seconds_since_previous,
        is_mature,
        is_mature and is_followed_by_contact as is_counted_contact,
        next_contact_cost_amount
    from {{ ref('journey_steps') }}
    where previous_step is not null
),

edges as (
    select
        from_step,
        to_step,
        count(*) as transition_count,
        count(distinct journey_id) as journey_count,
        cast({{ percentile('seconds_since_previous', 0.5) }} as double) as median_seconds,
        cast({{ percentile('seconds_since_previous', 0.9) }} as double) as p90_seconds,
        cast(sum(case when is_mature then 1 else 0 end) as bigint) as mature_transition_count,
        cast(sum(case when is_counted_contact then 1 else 0 end) as bigint) as contact_within_72h_count,
        sum(case when is_counted_contact then next_contact_cost_amount else 0 end) as caused_cost_amount
    from transitions
    group by from_step, to_step
)

select
    edges.from_step,
    edges.to_step,
    coalesce(from_labels.label_en, edges.from_step) as from_label_en,
    coalesce(from_labels.label_de, edges.from_step) as from_label_de,
    coalesce(to_labels.label_en, edges.to_step) as to_label_en,
    coalesce(to_labels.label_de, edges.to_step) as to_label_de,
    edges.transition_count,
    edges.journey_count,
    edges.mature_transition_count,
    edges.contact_within_72h_count,
    edges.contact_within_72h_count / cast(nullif(edges.mature_transition_count, 0) as double)
        as contact_within_72h_rate,
    edges.median_seconds,
    edges.p90_seconds,
    cast(edges.caused_cost_amount as decimal(18, 2)) as caused_cost_amount,
    {{ round_money(
        'cast(edges.caused_cost_amount as double) / nullif(edges.mature_transition_count, 0)'
    ) }}
        as mean_cost_amount
from edges
left join {{ ref('int_journey_labels') }} as from_labels on edges.from_step = from_labels.step
left join {{ ref('int_journey_labels') }} as to_labels on edges.to_step = to_labels.step
