-- Attempts to pay, reminders, and the money that goes back; what is paid is the invoice's gross.
create or replace temp table attempt as
with

first_tries as (
    select
        invoice.*,
        concat('PAY', substr(invoice_id, 4)) as payment_id,
        case when is_bad_payer then 0.45 when subscription_id is null then 0.025 else 0.05 end
            as failure_rate,
        case when subscription_id is null then later(issued_at, span(invoice_id, 'capture', 20,
            900))
            else days_later(issued_at, span(invoice_id, 'collect', 1, 3)) end as first_at,
    from invoice
    where method <> 'transfer'
),

tries as (
    select *, unnest([1, 2, 3]) as attempt_no from first_tries
),

tried as (
    select
        *,
        days_later(first_at, [0, 3, 8][attempt_no] + span(invoice_id, concat('at ', attempt_no), 0,
            0.2))
            as tried_at,
        is_unpayable or u(invoice_id, concat('fails ', attempt_no))
            < case attempt_no when 1 then failure_rate else 0.45 end as has_failed,
        pick(payment_id, 'code', ['insufficient_funds', 'insufficient_funds', 'card_expired',
            'mandate_revoked', 'limit_exceeded', 'do_not_honor']) as failure_code,
    from tries
)

select
    *,
    case when has_failed and attempt_no < 3 then days_later(first_at, [3, 8][attempt_no]) end
        as next_retry_at,
from tried
qualify coalesce(bool_and(has_failed) over (partition by invoice_id order by attempt_no
    rows between unbounded preceding and 1 preceding), true);

create or replace temp table overdue as
with

exhausted as (
    select invoice_id, max(tried_at) as last_try_at
    from attempt
    group by invoice_id
    having bool_and(has_failed) and max(attempt_no) = 3
)

select
    invoice.*,
    last_try_at,
    coalesce(days_later(last_try_at, 4), days_later(issued_at, 21)) as first_notice_at,
    days_later(first_notice_at, 14) as second_notice_at,
    is_unpayable or u(invoice_id, 'second notice') < 0.4 as has_second_notice,
    is_unpayable or (u(invoice_id, 'never paid') < 0.06
        and issued_at >= getvariable('start_at')) as is_never_paid,
    days_later(case when has_second_notice then second_notice_at else first_notice_at end,
        span(invoice_id, 'pays late', 1, 9)) as pays_at,
from invoice
left join exhausted using (invoice_id)
where last_try_at is not null
    or method = 'transfer' and not is_voided and (is_unpayable or u(invoice_id, 'forgets') < 0.09);

create or replace temp table notice as
select invoice_id, customer_no, currency, order_id, subscription_id, 1 as level,
    first_notice_at as sent_at, null::bigint as fee_minor
from overdue
union all
select invoice_id, customer_no, currency, order_id, subscription_id, 2, second_notice_at, 500
from overdue
where has_second_notice;

create or replace temp table payment as
select invoice_id, payment_id, customer_no, order_id, subscription_id, currency, method,
    gross_minor,
    tried_at as paid_at
from attempt
where not has_failed
union all
select invoice_id, concat('PAY', substr(invoice_id, 4)), invoice.customer_no, invoice.order_id,
    invoice.subscription_id, invoice.currency, 'transfer', invoice.gross_minor,
    case when overdue.invoice_id is null
        then days_later(invoice.issued_at, span(invoice_id, 'transfers', 2, 15))
        else overdue.pays_at end
from invoice
left join overdue using (invoice_id)
where (overdue.invoice_id is not null and not overdue.is_never_paid)
    or (overdue.invoice_id is null and invoice.method = 'transfer' and not invoice.is_voided);
