-- Promises, offers and complaints as the helpdesk reports them.
insert into event by name
select
    '/helpdesk/demo' as source,
    'promise.made' as type,
    concat(promise_id, '/made') as id,
    concat('promise/', promise_id) as subject,
    made_at as happened_at,
    customer_no,
    'number or mail' as who,
    agent_of(agent) as actor,
    helpdesk_url(coalesce(case_id, contact_id)) as source_url,
    to_json({
        'promise_id': promise_id, 'kind': kind, 'due_at': rfc(due_at), 'case_id': case_id,
        'contact_id': case when not is_written then contact_id end, 'order_id': order_id,
        'quoted_cost': case when kind = 'repair' then money(pick(promise_id, 'quote', [3900, 5900,
            8900]),
            currency) end
    }) as data,
from promise
union all
select '/helpdesk/demo', 'promise.fulfilled', concat(promise_id, '/fulfilled'),
    concat('promise/', promise_id), fulfilled_at, null, null, null,
    helpdesk_url(coalesce(case_id, contact_id)), to_json({'promise_id': promise_id})
from promise
where fulfilled_at is not null
union all
select '/helpdesk/demo', 'promise.cancelled', concat(promise_id, '/cancelled'),
    concat('promise/', promise_id), cancelled_at, null, null, null,
    helpdesk_url(coalesce(case_id, contact_id)), to_json({'promise_id': promise_id})
from promise
where cancelled_at is not null
union all
select '/helpdesk/demo', 'offer.made', concat(offer_id, '/made'), concat('offer/', offer_id),
    made_at,
    customer_no, 'number or mail', agent_of(agent), helpdesk_url(contact_id),
    to_json({
        'offer_id': offer_id, 'contact_id': contact_id, 'kind': offer_kind, 'product': product,
        'value': money(value_minor, currency)
    })
from offer
union all
select '/helpdesk/demo', 'offer.accepted', concat(offer_id, '/accepted'), concat('offer/',
    offer_id),
    accepted_at, customer_no, 'number or mail', agent_of(agent), helpdesk_url(contact_id),
    to_json({
        'offer_id': offer_id, 'contact_id': contact_id, 'kind': offer_kind, 'product': product,
        'value': money(value_minor, currency)
    })
from offer
where is_accepted
union all
select '/helpdesk/demo', 'complaint.registered', concat(complaint_id, '/registered'),
    concat('complaint/', complaint_id), registered_at, customer_no, 'number or mail',
        agent_of(agent),
    helpdesk_url(case_id),
    to_json({'complaint_id': complaint_id, 'case_id': case_id, 'cause_code': cause_code})
from complaint
union all
select '/helpdesk/demo', 'complaint.resolved', concat(complaint_id, '/resolved'),
    concat('complaint/', complaint_id), settled_at, null, null, agent_of(agent),
        helpdesk_url(case_id),
    to_json({
        'complaint_id': complaint_id, 'case_id': case_id,
        'resolution': case when goodwill is null then 'explained' else 'compensated' end
    })
from complaint
union all
select '/helpdesk/demo', 'compensation.granted', concat(complaint_id, '/compensated'),
    concat('complaint/', complaint_id), later(settled_at, -300), customer_no, 'number or mail',
    agent_of(agent), helpdesk_url(case_id),
    to_json({
        'complaint_id': complaint_id, 'case_id': case_id, 'value': money(goodwill_minor, currency),
        'kind': goodwill
    })
from complaint
where goodwill is not null;

insert into event by name
select
    '/telephony/demo' as source,
    unnest(['contact.started', 'contact.answered', 'contact.ended']) as type,
    concat('CB', contact_no, '/', unnest(['started', 'answered', 'ended'])) as id,
    concat('contact/CB', contact_no) as subject,
    unnest([later(fulfilled_at, -200), later(fulfilled_at, -180), fulfilled_at]) as happened_at,
    customer_no,
    unnest(['phone', null, null]) as who,
    'phone' as channel,
    language,
    agent_of(agent) as actor,
    concat('https://telephony.example.com/calls/CB', contact_no) as source_url,
    unnest([
        to_json({'contact_id': concat('CB', contact_no), 'direction': 'out', 'case_id': case_id,
            'queue': last_queue, 'reason_code': reason_code, 'order_id': order_id}),
        to_json({'contact_id': concat('CB', contact_no), 'queue': last_queue, 'wait_s': 20}),
        to_json({'contact_id': concat('CB', contact_no), 'talk_s': 180, 'hold_s': 0, 'acw_s': 30,
            'disconnected_by': 'customer'})
    ]) as data,
from promise
where kind = 'callback' and fulfilled_at is not null;
