with rule as (
    select * from {{ ref('int_trigger_rules') }}
    where trigger_id = 'payment_failed'
),

unpaid as (
    select
        coalesce(payments.invoice_id, payments.order_id, payments.payment_id) as subject_id,
        max(case
            when payments.invoice_id is not null then 'invoice'
            when payments.order_id is not null then 'order'
            else 'payment'
        end) as subject_type,
        max(payments.party_id) as party_id,
        max(payments.order_id) as order_id,
        max(payments.invoice_id) as invoice_id,
        sum(payments.failed_attempt_count) as score,
        min(payments.failed_at) as fired_at
    from {{ ref('payments') }} as payments
    left join {{ ref('invoices') }} as invoices on payments.invoice_id = invoices.invoice_id
    where
        payments.status = 'failed'
        and payments.recovered_at is null
        and not coalesce(invoices.is_voided, false)
    group by 1
),

evidence as (
    select
        coalesce(invoice_id, order_id, payment_id) as subject_id,
        {{ ordered_list('event_id', 'occurred_at') }} as evidence_event_ids,
        {{ ordered_list('event_key', 'occurred_at') }} as evidence_event_keys,
        count(*) as evidence_count,
        max(source_url) as source_url
    from {{ ref('events') }}
    where event_type = 'payment.failed'
    group by 1
)

select
    'payment_failed' as trigger_id,
    unpaid.party_id,
    unpaid.subject_type,
    unpaid.subject_id,
    unpaid.order_id,
    cast(null as varchar) as case_id,
    unpaid.invoice_id,
    evidence.evidence_event_ids,
    evidence.evidence_event_keys,
    evidence.evidence_count,
    cast(unpaid.score as double) as score,
    evidence.source_url,
    unpaid.fired_at
from unpaid
cross join rule
inner join evidence on unpaid.subject_id = evidence.subject_id
where
    unpaid.score >= rule.threshold_value
    and {{ seconds_between('unpaid.fired_at', as_of()) }} <= rule.horizon_days * 86400
