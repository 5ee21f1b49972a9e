-- Invoices of the wrong run, how they were put right, and who asked.
select
    count(*) as wrong_invoices,
    count(*) filter (where is_voided) as voided_invoices,
    (select count(*) from credit where concat(credit_id, '/issued') in (select id from sound))
        as credit_notes,
    (select count(*) from refund where reason = 'invoice_error'
        and concat(refund_id, '/issued') in (select id from sound)) as refunds,
    (select count(*) from heard where reason_code = 'after.invoice_wrong' and invoice_id in (
        select invoice_id from invoice where is_wrong)) as contacts,
from invoice
where is_wrong and concat(invoice_id, '/issued') in (select id from sound)
