with first_published as (
    select currency, min(valid_from) as first_date
    from {{ ref('published_exchange_rates') }}
    group by currency
),

-- Configured rates hold until a currency's first published one.
told as (
    select configured.currency, configured.rate, configured.valid_from, configured.known_from
    from {{ ref('fx_rates') }} as configured
    left join first_published on configured.currency = first_published.currency
    where first_published.first_date is null or configured.valid_from < first_published.first_date

    union all

    select currency, rate, valid_from, known_from
    from {{ ref('published_exchange_rates') }}
),

rates as (
    select * from {{ in_force('told', ['currency']) }} as decided
),

units as (
    select
        currency,
        cast(power(10.0, -exponent) as decimal(5, 4)) as minor_unit
    from {{ in_force(ref('currencies'), ['currency']) }} as decided
    where valid_to is null
)

select
    rates.currency,
    units.minor_unit,
    rates.rate as fx_rate,
    rates.valid_from,
    rates.valid_to
from rates
inner join units on rates.currency = units.currency
