with dated as (
    select * from {{ ref('int_contacts_with_handling_time') }}
),

rates as (
    select * from {{ ref('int_cost_rates_in_force') }}
),

fees as (
    select * from {{ ref('int_channel_fees_in_force') }}
),

tariffs as (
    select
        dated.*,
        coalesce(team_rates.rate_per_hour_amount, any_rates.rate_per_hour_amount, 0) as rate,
        coalesce(channel_fees.fee_amount, any_fees.fee_amount, 0) as fee_amount,
        coalesce(channel_fees.concurrency, any_fees.concurrency, 1) as concurrency
    from dated
    left join rates as team_rates
        on
            dated.team = team_rates.team
            and {{ holds_on('team_rates', 'dated.contact_date') }}
    left join rates as any_rates
        on
            any_rates.team = 'any'
            and {{ holds_on('any_rates', 'dated.contact_date') }}
    left join fees as channel_fees
        on
            dated.channel = channel_fees.channel
            and {{ holds_on('channel_fees', 'dated.contact_date') }}
    left join fees as any_fees
        on
            any_fees.channel = 'any'
            and {{ holds_on('any_fees', 'dated.contact_date') }}
)

select
    contact_id,
    {{ round_money(
        'handling_seconds / 3600.0 * cast(rate as double) / concurrency + cast(fee_amount as double)'
    ) }} as direct_cost_amount,
    is_handling_estimated,
    contact_date,
    cast(date_trunc('month', contact_date) as date) as month
from tariffs
