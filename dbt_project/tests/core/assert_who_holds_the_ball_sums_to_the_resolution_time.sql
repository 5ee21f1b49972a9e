{#- Each of the five numbers drops less than a second. -#}
select case_id from {{ ref('cases') }}
where
    is_resolved
    and not is_orphan
    and abs(
        resolution_seconds - company_wait_seconds - customer_wait_seconds
        - partner_wait_seconds - solved_wait_seconds
    ) > 4
