with rates as (
    select * from {{ in_force(ref('fx_rates'), ['currency']) }} as decided
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
