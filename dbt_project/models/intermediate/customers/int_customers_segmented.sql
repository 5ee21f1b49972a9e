with ranked as (
    select
        party_id,
        percent_rank() over (order by margin_12m_amount) as margin_rank
    from {{ ref('int_customers_valued') }}
    where has_recent_purchase and not is_guest
)

select
    seen.party_id,
    case
        when ranked.margin_rank >= {{ setting('segment_extended_percentile') }} then 'extended'
        when ranked.margin_rank >= {{ setting('segment_normal_percentile') }} then 'normal'
        else 'basic'
    end as segment
from {{ ref('int_parties_seen') }} as seen
left join ranked on seen.party_id = ranked.party_id
where not seen.is_guest
