{#- The moment the build looks from. -#}
{% macro as_of() -%}
    (select build.as_of from {{ source('log', 'build') }} as build)
{%- endmacro %}

{#- One setting in force at as_of. -#}
{% macro setting(name, type='double') -%}
    (
        select cast(settings.value as {{ type }}) from {{ ref('settings_in_force') }} as settings
        where settings.name = '{{ name }}'
    )
{%- endmacro %}

{#- Rows of a configuration seed as decided by as_of, with `valid_to`: for one key and one
    `valid_from` the latest decision counts, and it holds until the key's next `valid_from`. -#}
{% macro in_force(seed, keys) -%}
    (
        select
            decided.*,
            lead(decided.valid_from) over (
                partition by {{ keys | join(', ') }} order by decided.valid_from
            ) as valid_to
        from (
            select
                known.*,
                row_number() over (
                    partition by {{ keys | join(', ') }}, known.valid_from
                    order by known.known_from desc
                ) as decision_number
            from {{ seed }} as known
            where {{ date_as_moment('known.known_from') }} <= {{ as_of() }}
        ) as decided
        where decided.decision_number = 1
    )
{%- endmacro %}

{#- Join condition: a configuration row was in force on a date. -#}
{% macro holds_on(configuration, day) -%}
    {{ configuration }}.valid_from <= {{ day }}
    and ({{ configuration }}.valid_to is null or {{ day }} < {{ configuration }}.valid_to)
{%- endmacro %}
