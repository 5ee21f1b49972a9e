with keyed as (
    select
        event_log.*,
        case
            when party_hash is not null then null
            when case_id is not null then 'case'
            when contact_id is not null then 'contact'
            when order_id is not null then 'order'
            when invoice_id is not null then 'invoice'
            when payment_id is not null then 'payment'
            when subscription_id is not null then 'subscription'
            when shipment_id is not null then 'shipment'
            else subject_type
        end as owner_type,
        case
            when party_hash is null
                then coalesce(
                    case_id, contact_id, order_id, invoice_id, payment_id, subscription_id,
                    shipment_id, subject_id
                )
        end as owner_id
    from {{ ref('event_log') }} as event_log
)

select
    keyed.event_id,
    {{ hex_text('keyed.event_key') }} as event_key,
    keyed.source,
    keyed.event_type,
    keyed.domain,
    keyed.subject_type,
    keyed.subject_id,
    coalesce(identities.party_id, owners.party_id) as party_id,
    keyed.case_id,
    keyed.contact_id,
    keyed.order_id,
    keyed.shipment_id,
    keyed.invoice_id,
    keyed.payment_id,
    keyed.subscription_id,
    keyed.channel,
    keyed.actor_type,
    keyed.currency,
    keyed.source_url,
    keyed.derivation,
    keyed."sequence",
    keyed.event_type_rank,
    keyed.commit_no,
    keyed.amount_minor,
    keyed.occurred_at,
    keyed.recorded_at
from keyed
left join {{ ref('int_identities') }} as identities on keyed.party_hash = identities.id_hash
left join {{ ref('int_objects_identified') }} as owners
    on keyed.owner_type = owners.object_type and keyed.owner_id = owners.object_id
