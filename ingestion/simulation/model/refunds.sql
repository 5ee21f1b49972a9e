-- Corrections of the wrong run (credit notes, voided and corrected invoices) and refunds.
create or replace temp table credit as
select
    invoice.*,
    concat('CN', substr(invoice_id, 4)) as credit_id,
    concat('GS-', substr(invoice_id, 4)) as credit_number,
    right_net_minor - net_minor as credit_net_minor,
    right_tax_minor - tax_minor as credit_tax_minor,
    credit_net_minor + credit_tax_minor as credit_gross_minor,
from invoice
where is_wrong and not is_voided;

create or replace temp table replacement as
select
    *,
    concat(invoice_id, 'K') as new_invoice_id,
    concat(number, '-K') as new_number,
    later(correction_at, 900) as reissued_at,
    days_later(correction_at, span(invoice_id, 'pays corrected', 2, 14)) as new_paid_at,
    concat('PAY', substr(invoice_id, 4), 'K') as new_payment_id,
from invoice
where is_voided;

create or replace temp table refund as
select
    concat('RF', returned.order_no) as refund_id,
    payment.payment_id,
    payment.invoice_id,
    returned.order_id,
    returned.customer_no,
    returned.currency,
    -returned.refund_minor as refund_minor,
    greatest(returned.refund_at, days_later(payment.paid_at, 1)) as refunded_at,
    returned.is_partial,
    'return' as reason,
from returned
inner join payment using (order_id)
union all
select
    concat('RF', substr(credit.invoice_id, 4)),
    payment.payment_id,
    credit.invoice_id,
    null,
    credit.customer_no,
    credit.currency,
    credit.credit_gross_minor,
    greatest(later(credit.correction_at, 5400), days_later(payment.paid_at, 1)),
    true,
    'invoice_error',
from credit
inner join payment using (invoice_id);
