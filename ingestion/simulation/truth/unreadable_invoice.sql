-- Invoices with the old and the new layout, and the contacts that each caused.
select
    count(*) filter (where not has_new_layout) as invoices_before,
    count(*) filter (where has_new_layout) as invoices_after,
    (select count(*) from heard where reason_code = 'after.invoice_unreadable'
        and local_day(started_at) < getvariable('layout_from')) as contacts_before,
    (select count(*) from heard where reason_code = 'after.invoice_unreadable'
        and local_day(started_at) >= getvariable('layout_from')) as contacts_after,
from invoice
where concat(invoice_id, '/issued') in (select id from sound)
