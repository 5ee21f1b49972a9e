{#- A type without a row of its own has the limit of the row '*'; a file without that row gets it. -#}
with decided as (
    select id_type, max_linked
    from {{ in_force(ref('identity_limits'), ['id_type']) }} as decisions
    where
        {{ date_as_moment('valid_from') }} <= {{ as_of() }}
        and (valid_to is null or {{ as_of() }} < {{ date_as_moment('valid_to') }})
)

select id_type, max_linked from decided

union all

select '*' as id_type, 5 as max_linked
where not exists (
    select 1 from decided
    where id_type = '*'
)
