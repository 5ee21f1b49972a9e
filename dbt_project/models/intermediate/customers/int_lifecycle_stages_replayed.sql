{#- Each purchase opens the stages that follow from it until the next purchase cuts them off. -#}
with purchases as (
    select
        party_id,
        purchased_at,
        lag(purchased_at) over (partition by party_id order by purchased_at, purchase_id) as previous_at,
        lead(purchased_at) over (partition by party_id order by purchased_at, purchase_id) as next_at
    from {{ ref('int_purchases') }}
    where not is_guest
),

thresholds as (
    select
        stage,
        after_days,
        lead(after_days) over (order by after_days) as until_days,
        max(case when stage = 'lapsed' then after_days end) over () as lapsed_days
    from {{ ref('lifecycle_thresholds_in_force') }}
),

opened as (
    select
        purchases.party_id,
        case
            when thresholds.stage <> 'fresh' then thresholds.stage
            when purchases.previous_at is null then 'new'
            when
                {{ seconds_between('purchases.previous_at', 'purchases.purchased_at') }}
                >= 86400 * cast(thresholds.lapsed_days as bigint) then 'won_back'
            else 'active'
        end as stage,
        {{ add_days('purchases.purchased_at', 'thresholds.after_days') }} as valid_from,
        least(
            coalesce({{ add_days('purchases.purchased_at', 'thresholds.until_days') }}, purchases.next_at),
            coalesce(purchases.next_at, {{ add_days('purchases.purchased_at', 'thresholds.until_days') }})
        ) as valid_to,
        purchases.purchased_at
    from purchases
    cross join thresholds
)

select party_id, stage, valid_from, valid_to, purchased_at
from opened
where valid_from <= {{ as_of() }} and (valid_to is null or valid_from < valid_to)
