-- What billing reports of subscriptions.
create or replace macro items(plan, seats, price_minor, currency) as [{
    'plan': plan, 'qty': seats, 'unit': money(price_minor, currency), 'interval': 'month',
    'interval_count': 1}];

insert into event by name
select
    '/billing/demo' as source,
    'subscription.started' as type,
    concat(subscription_id, '/started') as id,
    concat('subscription/', subscription_id) as subject,
    started_at as happened_at,
    case when started_at < getvariable('start_at') then later(started_at, 5) end as recorded_at,
    customer_no,
    'payer' as who,
    concat('https://billing.example.com/subscriptions/', subscription_id) as source_url,
    to_json({
        'subscription_id': subscription_id,
        'items': items(plan, seats, price_minor, currency),
        'effective_at': rfc(started_at)
    }) as data,
from subscription
union all
select '/billing/demo', 'subscription.changed', concat(subscription_id, '/changed/1'),
    concat('subscription/', subscription_id), changed_at, null, customer_no, 'payer',
    concat('https://billing.example.com/subscriptions/', subscription_id),
    to_json({
        'subscription_id': subscription_id,
        'items': items(next_plan, seats, next_price_minor, currency),
        'effective_at': rfc(changed_at),
        'reason': case wish when 'upgrade_advice' then 'upgrade' else 'customer_wish' end
    })
from subscription
where changed_at is not null and coalesce(changed_at < ended_at, true)
union all
select '/billing/demo', 'subscription.ended', concat(subscription_id, '/ended'),
    concat('subscription/', subscription_id), ended_at, null, customer_no, 'payer',
    concat('https://billing.example.com/subscriptions/', subscription_id),
    to_json({
        'subscription_id': subscription_id,
        'effective_at': rfc(ended_at),
        'reason': case when ended_at = defaulted_at then 'payment_failed' else 'customer_wish' end,
        'involuntary': coalesce(ended_at = defaulted_at, false)
    })
from subscription
where ended_at is not null;
