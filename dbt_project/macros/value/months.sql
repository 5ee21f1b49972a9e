{#- First day of the month after a month's first day. -#}
{% macro next_month(month) -%}
    cast({{ month }} + interval '1' month as date)
{%- endmacro %}

{#- Last day of a month given by its first day. -#}
{% macro last_day_of(month) -%}
    cast({{ month }} + interval '1' month - interval '1' day as date)
{%- endmacro %}

{#- A date some days (a whole number, any expression) before another. -#}
{% macro days_before(day, days) -%}
    {{ return(adapter.dispatch('days_before')(day, days)) }}
{%- endmacro %}

{% macro default__days_before(day, days) -%}
    ({{ day }} - cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__days_before(day, days) -%}
    date_sub({{ day }}, cast({{ days }} as int))
{%- endmacro %}
