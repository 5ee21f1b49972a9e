{#- Native minor units in the reporting currency, for a row joined to `exchange_rates`: exact
    decimals, rounded half-even once; NULL without a rate. -#}
{% macro to_reporting(minor, rates='exchange_rates') -%}
    {{ round_money(
        'cast(' ~ minor ~ ' as decimal(18, 0)) * ' ~ rates ~ '.minor_unit * ' ~ rates ~ '.fx_rate'
    ) }}
{%- endmacro %}

{#- Join condition: the rate of a currency in force on a local date. -#}
{% macro rate_holds(currency, day, rates='exchange_rates') -%}
    {{ rates }}.currency = {{ currency }} and {{ holds_on(rates, day) }}
{%- endmacro %}
