with offers as (
    select
        offer_id,
        {{ max_by('contact_id', event_position()) }} as contact_id,
        {{ max_by('offer_kind', event_position()) }} as offer_kind,
        {{ max_by('product', event_position()) }} as product,
        {{ max_by('value_minor', event_position()) }} as value_minor,
        {{ max_by('value_currency', event_position()) }} as currency,
        max(case when event_type = 'offer.accepted' then 1 else 0 end) = 1 as is_accepted,
        min(occurred_at) as made_at
    from {{ ref('stg_contact__offers') }}
    group by offer_id
)

select
    offers.offer_id,
    offers.contact_id,
    offers.offer_kind,
    offers.product,
    {{ to_reporting('offers.value_minor') }} as value_amount,
    offers.is_accepted,
    offers.made_at
from offers
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('offers.currency', local_date('offers.made_at')) }}
