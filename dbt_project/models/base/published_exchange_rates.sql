{#- What one unit of a currency is worth in the reporting currency, by the rates in the log: told
    that way round, told the other way round, or both told against a third currency. -#}
with told as (
    select
        rates.*,
        reporting.value as reporting_currency
    from {{ ref('stg_billing__fx_rates') }} as rates
    inner join {{ ref('settings_in_force') }} as reporting
        on reporting.name = 'reporting_currency'
),

converted as (
    select from_currency as currency, rate, rate_date, recorded_at, source
    from told
    where to_currency = reporting_currency and from_currency <> reporting_currency

    union all

    select to_currency, 1.0 / rate, rate_date, recorded_at, source
    from told
    where from_currency = reporting_currency and to_currency <> reporting_currency

    union all

    select told.to_currency, bridge.rate / told.rate, told.rate_date, told.recorded_at, told.source
    from told
    inner join told as bridge
        on
            told.source = bridge.source
            and told.from_currency = bridge.from_currency
            and told.rate_date = bridge.rate_date
            and told.reporting_currency = bridge.to_currency
    where
        told.to_currency <> told.reporting_currency
        and told.from_currency <> told.reporting_currency
),

numbered as (
    select
        converted.*,
        row_number() over (
            partition by currency, rate_date order by recorded_at desc, source, rate
        ) as telling_number
    from converted
)

select
    currency,
    cast(rate as decimal(14, 8)) as rate,
    rate_date as valid_from,
    cast(recorded_at as date) as known_from
from numbered
where telling_number = 1
