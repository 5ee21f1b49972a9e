with units as (
    select
        currency,
        cast(power(10, exponent) as integer) as minor_units
    from {{ in_force(ref('currencies'), ['currency']) }} as decided
    where valid_to is null
),

given as (
    select decided.*
    from {{ in_force(ref('control_totals'), ['source', 'measure', 'currency']) }} as decided
)

select
    'landing' as told_by,
    source,
    measure,
    currency,
    total_minor,
    total_date
from ({{ control_totals(ref('int_control_objects_landed')) }}) as landed

union all

select
    'source' as told_by,
    given.source,
    given.measure,
    coalesce(given.currency, '') as currency,
    cast(
        round(
            given.value
            * case when given.currency is null then 1 else coalesce(units.minor_units, 100) end
        ) as bigint
    ) as total_minor,
    given.valid_from as total_date
from given
left join units on given.currency = units.currency
