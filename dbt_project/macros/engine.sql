{#- What DuckDB and Spark spell differently. Everything else in the models is common SQL. -#}

{#- Whole seconds that passed, never minute or hour boundaries that were crossed. -#}
{% macro seconds_between(start, end) -%}
    cast(floor({{ microseconds_between(start, end) }} / 1000000) as bigint)
{%- endmacro %}

{% macro microseconds_between(start, end) -%}
    {{ return(adapter.dispatch('microseconds_between')(start, end)) }}
{%- endmacro %}

{% macro default__microseconds_between(start, end) -%}
    (epoch_us({{ end }}) - epoch_us({{ start }}))
{%- endmacro %}

{% macro spark__microseconds_between(start, end) -%}
    (unix_micros({{ end }}) - unix_micros({{ start }}))
{%- endmacro %}

{% macro add_seconds(moment, seconds) -%}
    {{ return(adapter.dispatch('add_seconds')(moment, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(moment, seconds) -%}
    ({{ moment }} + to_seconds({{ seconds }}))
{%- endmacro %}

{% macro spark__add_seconds(moment, seconds) -%}
    ({{ moment }} + make_dt_interval(0, 0, 0, {{ seconds }}))
{%- endmacro %}

{% macro add_days(moment, days) -%}
    {{ add_seconds(moment, '86400 * cast(' ~ days ~ ' as bigint)') }}
{%- endmacro %}

{#- The date in the reporting zone at a moment. -#}
{% macro local_date(moment) -%}
    {{ return(adapter.dispatch('local_date')(moment)) }}
{%- endmacro %}

{% macro default__local_date(moment) -%}
    cast(timezone({{ setting('reporting_tz', 'varchar') }}, {{ moment }}) as date)
{%- endmacro %}

{% macro spark__local_date(moment) -%}
    to_date(from_utc_timestamp({{ moment }}, {{ setting('reporting_tz', 'string') }}))
{%- endmacro %}

{#- First day of the local month at a moment. -#}
{% macro local_month(moment) -%}
    cast(date_trunc('month', {{ local_date(moment) }}) as date)
{%- endmacro %}

{#- Midnight UTC of a date. -#}
{% macro date_as_moment(day) -%}
    {{ return(adapter.dispatch('date_as_moment')(day)) }}
{%- endmacro %}

{% macro default__date_as_moment(day) -%}
    cast({{ day }} as timestamptz)
{%- endmacro %}

{% macro spark__date_as_moment(day) -%}
    cast({{ day }} as timestamp)
{%- endmacro %}

{% macro percentile(expression, share) -%}
    {{ return(adapter.dispatch('percentile')(expression, share)) }}
{%- endmacro %}

{% macro default__percentile(expression, share) -%}
    quantile_cont(cast({{ expression }} as double), {{ share }})
{%- endmacro %}

{% macro spark__percentile(expression, share) -%}
    percentile(cast({{ expression }} as double), {{ share }})
{%- endmacro %}

{% macro max_by(expression, position) -%}
    max_by({{ expression }}, {{ position }}) filter (where {{ expression }} is not null)
{%- endmacro %}

{% macro min_by(expression, position) -%}
    min_by({{ expression }}, {{ position }}) filter (where {{ expression }} is not null)
{%- endmacro %}

{#- The id of the first linked object of a type in an event's objects. -#}
{% macro object_id(objects, type) -%}
    {{ return(adapter.dispatch('object_id')(objects, type)) }}
{%- endmacro %}

{% macro default__object_id(objects, type) -%}
    list_filter({{ objects }}, lambda linked: linked.type = '{{ type }}')[1].id
{%- endmacro %}

{% macro spark__object_id(objects, type) -%}
    get(filter({{ objects }}, linked -> linked.type = '{{ type }}'), 0).id
{%- endmacro %}

{#- One row per element of a list, as column `item`; used in a select list. -#}
{% macro exploded(list) -%}
    {{ return(adapter.dispatch('exploded')(list)) }}
{%- endmacro %}

{% macro default__exploded(list) -%}
    unnest({{ list }}) as item
{%- endmacro %}

{% macro spark__exploded(list) -%}
    explode({{ list }}) as item
{%- endmacro %}

{% macro hex_text(bytes) -%}
    lower(hex({{ bytes }}))
{%- endmacro %}

{#- A money value from exact decimals, rounded half-even to two places. -#}
{% macro round_money(expression) -%}
    {{ return(adapter.dispatch('round_money')(expression)) }}
{%- endmacro %}

{% macro default__round_money(expression) -%}
    cast(round_even({{ expression }}, 2) as decimal(18, 2))
{%- endmacro %}

{% macro spark__round_money(expression) -%}
    cast(bround({{ expression }}, 2) as decimal(18, 2))
{%- endmacro %}

{#- A text that an event carries in `extra`, by its name; NULL where there is none. -#}
{% macro text_of_extra(name) -%}
    {{ return(adapter.dispatch('text_of_extra')(name)) }}
{%- endmacro %}

{% macro default__text_of_extra(name) -%}
    json_extract_string(extra, '$.{{ name }}')
{%- endmacro %}

{% macro spark__text_of_extra(name) -%}
    get_json_object(extra, '$.{{ name }}')
{%- endmacro %}
