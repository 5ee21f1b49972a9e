with followed as (
    select
        case_id,
        status_number,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by case_id order by status_number) as next_from,
        max(status_number) over (partition by case_id) as last_number
    from {{ ref('int_case_statuses_held') }}
)

select * from followed
where
    (status_number < last_number and (valid_to is null or valid_to <> next_from))
    or (status_number = last_number and valid_to is not null)
    or valid_to < valid_from
