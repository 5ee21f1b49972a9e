{#- What a customer bought: orders that stand, and invoices of subscriptions. -#}
select
    party_id, order_id as purchase_id, 'order' as purchase_kind, net_amount, margin_amount, is_guest,
    ordered_at as purchased_at
from {{ ref('int_orders') }}
where party_id is not null and not is_cancelled

union all

select
    objects.party_id,
    invoices.invoice_id as purchase_id,
    'subscription' as purchase_kind,
    invoices.net_amount,
    {{ round_money(
        'cast(invoices.net_amount as double) * ' ~ setting('subscription_margin_rate')
    ) }} as margin_amount,
    false as is_guest,
    invoices.issued_at as purchased_at
from {{ ref('int_invoices_settled') }} as invoices
inner join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'invoice' and invoices.invoice_id = objects.object_id
where
    invoices.subscription_id is not null
    and invoices.order_id is null
    and not invoices.is_voided
