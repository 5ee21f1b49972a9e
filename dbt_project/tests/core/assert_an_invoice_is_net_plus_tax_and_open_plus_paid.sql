select invoice_id from {{ ref('invoices') }}
where
    gross_amount <> net_amount + tax_amount
    or (not is_voided and gross_amount <> paid_amount + open_amount)
    or (not is_voided and gross_minor <> paid_minor + open_minor)
