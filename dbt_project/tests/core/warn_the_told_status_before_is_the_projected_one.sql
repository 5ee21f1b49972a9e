{{ config(severity='warn') }}
with compared as (
    select
        case_id,
        from_status,
        occurred_at,
        lag(to_status, 1, 'new') over (partition by case_id order by {{ event_order() }}) as projected_status
    from {{ ref('stg_contact__case_statuses') }}
)

select * from compared
where from_status <> projected_status
