-- Money in and out, and reminders.
insert into event by name
with

paid as (
    select invoice_id, payment_id, customer_no, order_id, currency, method, gross_minor, paid_at
    from payment
    union all
    select new_invoice_id, new_payment_id, customer_no, order_id, currency, method,
        right_net_minor + right_tax_minor, new_paid_at
    from replacement
)

select
    '/billing/demo' as source,
    'payment.succeeded' as type,
    concat(payment_id, '/succeeded') as id,
    concat('payment/', payment_id) as subject,
    paid_at as happened_at,
    case when method = 'transfer' then at_local(local_day(paid_at) + 1, 3600 * 6) end
        as recorded_at,
    customer_no,
    'payer' as who,
    concat('https://billing.example.com/payments/', payment_id) as source_url,
    to_json({
        'payment_id': payment_id,
        'amount': money(gross_minor, currency),
        'invoice_id': invoice_id,
        'order_id': order_id,
        'method': method
    }) as data,
from paid
union all
select '/billing/demo', 'payment.failed', concat(payment_id, '/failed/', attempt_no),
    concat('payment/', payment_id), tried_at, null, customer_no, 'payer',
    concat('https://billing.example.com/payments/', payment_id),
    to_json({
        'payment_id': payment_id,
        'amount': money(gross_minor, currency),
        'failure_code': failure_code,
        'invoice_id': invoice_id,
        'order_id': order_id,
        'method': method,
        'attempt': attempt_no,
        'next_retry_at': rfc(next_retry_at)
    })
from attempt
where has_failed
union all
select '/billing/demo', 'dunning.notice_sent', concat(invoice_id, '/dunning/', level),
    concat('invoice/', invoice_id), sent_at, null, customer_no, 'payer', invoice_url(invoice_id),
    to_json({'invoice_id': invoice_id, 'level': level, 'fee': money(fee_minor, currency)})
from notice
union all
select '/billing/demo', 'refund.issued', concat(refund_id, '/issued'), concat('refund/', refund_id),
    refunded_at, null, customer_no, 'payer', invoice_url(invoice_id),
    to_json({
        'refund_id': refund_id,
        'amount': money(refund_minor, currency),
        'payment_id': payment_id,
        'order_id': order_id,
        'invoice_id': invoice_id,
        'is_partial': is_partial,
        'reason': reason
    })
from refund;
