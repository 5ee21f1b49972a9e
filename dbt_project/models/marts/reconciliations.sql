with expected as (
    select * from {{ ref('int_control_totals_expected') }}
),

found as (
    select * from {{ ref('int_control_totals_found') }}
),

-- What the log holds on a day of which the landing tells nothing is a difference as well.
questions as (
    select told_by, source, measure, currency, total_date from expected

    union

    select 'landing' as told_by, found.source, found.measure, found.currency, found.total_date
    from found
    inner join (
        select distinct source, measure
        from expected
        where told_by = 'landing'
    ) as landed on found.source = landed.source and found.measure = landed.measure
),

units as (
    select currency, exponent
    from {{ in_force(ref('currencies'), ['currency']) }} as decided
    where valid_to is null
),

compared as (
    select
        questions.*,
        coalesce(expected.total_minor, 0) as expected_minor,
        coalesce(found.total_minor, 0) as found_minor,
        case
            when questions.currency = '' then 1
            else cast(power(10.0, -coalesce(units.exponent, 2)) as decimal(5, 3))
        end as unit
    from questions
    left join expected
        on
            questions.told_by = expected.told_by
            and questions.source = expected.source
            and questions.measure = expected.measure
            and questions.currency = expected.currency
            and questions.total_date = expected.total_date
    left join found
        on
            questions.source = found.source
            and questions.measure = found.measure
            and questions.currency = found.currency
            and questions.total_date = found.total_date
    left join units on questions.currency = units.currency
)

select
    source,
    told_by,
    measure,
    nullif(currency, '') as currency,
    cast(expected_minor * unit as decimal(18, 3)) as expected_value,
    cast(found_minor * unit as decimal(18, 3)) as found_value,
    cast((found_minor - expected_minor) * unit as decimal(18, 3)) as difference_value,
    abs(found_minor - expected_minor) <= case when currency = '' then 0 else 1 end as is_matched,
    total_date
from compared
