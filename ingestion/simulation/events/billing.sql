-- The documents that billing reports: invoices, credit notes, corrections.
create or replace macro invoice_data(id, number, kind, issued_on, due_on, net, tax, currency) as {
    'invoice_id': id, 'number': number, 'type_code': kind, 'issue_date': issued_on::date::varchar,
    'due_date': due_on::date::varchar, 'net': money(net, currency), 'tax': money(tax, currency),
    'gross': money(net + tax, currency), 'amount_due': money(net + tax, currency)};

insert into event by name
select
    '/billing/demo' as source,
    'invoice.issued' as type,
    concat(invoice_id, '/issued') as id,
    concat('invoice/', invoice_id) as subject,
    issued_at as happened_at,
    customer_no,
    'payer' as who,
    invoice_url(invoice_id) as source_url,
    json_merge_patch(
        to_json(invoice_data(invoice_id, number, '380', issue_date, due_date, net_minor, tax_minor,
            currency)),
        to_json({
            'order_id': order_id,
            'subscription_id': subscription_id,
            'service_net': case when service_net_minor > 0 then money(service_net_minor,
                currency) end,
            'period_start': period_start::varchar,
            'period_end': period_end::varchar
        })) as data,
    to_json({'layout': case when has_new_layout then 'v2' else 'v1' end}) as extra,
from invoice
union all
select '/billing/demo', 'invoice.issued', concat(credit_id, '/issued'), concat('invoice/',
    credit_id),
    correction_at, customer_no, 'payer', invoice_url(credit_id),
    json_merge_patch(
        to_json(invoice_data(credit_id, credit_number, '381', local_day(correction_at),
            local_day(correction_at), credit_net_minor, credit_tax_minor, currency)),
        to_json({'subscription_id': subscription_id})),
    to_json({'corrects': invoice_id})
from credit
union all
select '/billing/demo', 'invoice.voided', concat(invoice_id, '/voided'), concat('invoice/',
    invoice_id),
    correction_at, customer_no, 'payer', invoice_url(invoice_id),
    to_json({'invoice_id': invoice_id, 'reason': 'wrong_amount'}), null
from replacement
union all
select '/billing/demo', 'invoice.issued', concat(new_invoice_id, '/issued'),
    concat('invoice/', new_invoice_id), reissued_at, customer_no, 'payer',
        invoice_url(new_invoice_id),
    json_merge_patch(
        to_json(invoice_data(new_invoice_id, new_number, '384', local_day(reissued_at),
            local_day(reissued_at) + 14, right_net_minor, right_tax_minor, currency)),
        to_json({'subscription_id': subscription_id})),
    to_json({'corrects': invoice_id})
from replacement;
