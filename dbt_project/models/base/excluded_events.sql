with judged as (
    select
        log_rows.domain,
        log_rows.source,
        log_rows.event_id,
        log_rows.event_key,
        log_rows.commit_no,
        case
            when replaced.event_key is not null then 'replaced'
            when log_rows.recorded_at > {{ as_of() }} then 'recorded_later'
            when log_rows.is_retracted then 'retracted'
            when amended.event_id is not null then 'amended'
            when log_rows.occurred_at > {{ as_of() }} then 'occurs_later'
        end as reason
    from {{ ref('log_rows') }} as log_rows
    left join {{ ref('replaced_events') }} as replaced
        on
            log_rows.domain = replaced.domain
            and log_rows.event_key = replaced.event_key
            and log_rows.commit_no = replaced.commit_no
    left join {{ ref('amended_events') }} as amended
        on log_rows.source = amended.source and log_rows.event_id = amended.event_id
)

select * from judged
where reason is not null
