-- Facts become lines: by whom they are known, when they were recorded, when they are delivered.
create or replace macro lag_seconds(id, source) as case
    when source = '/crm/demo' then expo(id, 'lag', 30000)
    when source in ('/telephony/demo', '/shop/demo') then case when u(id, 'lag kind') < 0.995
        then span(id, 'lag', 1, 60) else span(id, 'lag', 60, 20000) end
    when u(id, 'lag kind') < 0.94 then span(id, 'lag', 1, 90)
    when u(id, 'lag kind') < 0.99 then span(id, 'lag', 90, 7200)
    when u(id, 'lag kind') < 0.998 then span(id, 'lag', 7200, 86400)
    else span(id, 'lag', 86400, 400000) end;

create or replace macro spelt_mail(id, email) as case when u(id, 'spelling') < 0.04
    then concat(upper(email[1]), email[2:], ' ') else email end;

create or replace macro spelt_phone(id, phone) as case when u(id, 'spelling') < 0.15
    then concat(phone[1:3], ' ', phone[4:6], ' ', phone[7:]) else phone end;

create or replace macro refs_of(id, who, number, email, email2, phone) as list_filter([
    case when who in ('shop', 'payer', 'number', 'number or mail', 'mail and number')
        or starts_with(who, 'link ')
        then ref('customer_number', number, if(who = 'payer', 'payer', 'customer')) end,
    case when who in ('shop', 'mail', 'mail and number', 'link mail') or who = 'recipient'
        or (number is null and who in ('payer', 'number or mail'))
        then ref('email', spelt_mail(id, email),
            case who when 'payer' then 'payer' when 'recipient' then 'recipient'
                else 'customer' end) end,
    case when who in ('mail2', 'link mail2') then ref('email', email2, 'customer') end,
    case when who in ('phone', 'link phone') then ref('phone', spelt_phone(id, phone), 'customer')
        when who = 'hidden' then ref('phone', 'anonymous', 'customer') end
], lambda one: one is not null);

create or replace temp table sound as
with

recorded as (
    select
        event.* exclude (recorded_at, language),
        event.language,
        case when happened_at < getvariable('start_at') then 'backfill' end as derivation,
        types.domain,
        coalesce(event.recorded_at, later(happened_at, lag_seconds(id, source))) as recorded_at,
        case when who is not null
            then refs_of(id, who, customer_number, email, email2, phone) end as refs,
    from event
    inner join types on event.type = types.name
    left join customer using (customer_no)
    where happened_at < getvariable('end_at')
),

sent as (
    select
        *,
        later(recorded_at, case when u(id, 'transit kind') < 0.97 then span(id, 'transit', 1, 600)
            else span(id, 'transit', 600, 43200) end) as drawn_at,
    from recorded
    where recorded_at < getvariable('end_at')
)

select
    domain,
    source,
    type,
    id,
    happened_at,
    recorded_at,
    least(greatest(drawn_at, getvariable('start_at')), later(getvariable('end_at'), -1))
        as delivered_at,
    json_merge_patch('{}', to_json({
        'specversion': '1.0',
        'id': id,
        'source': source,
        'type': type,
        'subject': subject,
        'time': rfc(happened_at),
        'recordedtime': rfc(recorded_at),
        'sequence': sequence,
        'derivation': derivation,
        'amends': amends,
        'data': json_merge_patch(data, to_json({
            'channel': channel,
            'service_mode': service_mode,
            'language': language,
            'party_refs': refs,
            'actor': actor,
            'source_url': source_url
        }), coalesce(extra, '{}'))
    }))::varchar as line,
from sent;
