with contacted as (
    select party_id, count(*) as contact_count_12m
    from {{ ref('int_contacts') }}
    where started_at > {{ add_days(as_of(), '-365') }}
    group by party_id
),

described as (
    select
        seen.party_id,
        members.organisation_id,
        seen.party_type,
        coalesce(segments.segment, 'unknown') as segment,
        seen.language,
        seen.identifier_count,
        seen.is_identified,
        seen.is_guest,
        coalesce(contacted.contact_count_12m, 0) as contact_count_12m,
        seen.first_seen_at
    from {{ ref('int_parties_seen') }} as seen
    left join {{ ref('int_customers_segmented') }} as segments on seen.party_id = segments.party_id
    left join {{ ref('int_organisation_members') }} as members
        on seen.party_id = members.party_id and members.is_counted
    left join contacted on seen.party_id = contacted.party_id
)

select
    described.party_id,
    described.organisation_id,
    described.party_type,
    described.segment,
    stages.stage as lifecycle_stage,
    described.language,
    coalesce(valued.order_count, 0) as order_count,
    described.contact_count_12m,
    described.identifier_count,
    coalesce(valued.net_12m_amount, 0) as net_12m_amount,
    coalesce(valued.margin_12m_amount, 0) as margin_12m_amount,
    not described.is_guest
    and (
        coalesce(
            {{ add_days('valued.last_purchased_at', setting('activity_window_days')) }} > {{ as_of() }},
            false
        )
        or subscribed.party_id is not null
    ) as is_active,
    described.is_identified,
    described.is_guest,
    described.first_seen_at,
    valued.first_order_at,
    valued.last_order_at
from described
left join {{ ref('int_lifecycle_stages') }} as stages
    on described.party_id = stages.party_id and stages.valid_to is null
left join {{ ref('int_customers_valued') }} as valued on described.party_id = valued.party_id
left join {{ ref('int_parties_subscribed') }} as subscribed
    on described.party_id = subscribed.party_id
