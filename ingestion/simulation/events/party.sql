-- What the customer system knows of who is who: pairs of identifiers of one person.
insert into event by name
with

pairs as (
    select customer_no, 'link mail' as who, created_at as known_at, 1.0 as strength
    from customer
    where customer_number is not null
    union all
    select customer_no, 'link phone',
        case when u(customer_no, 'phone later') < 0.15
            then days_later(created_at, span(customer_no, 'phone later', 5, 150))
                else later(created_at, 60) end,
        0.9
    from customer
    where customer_number is not null and phone is not null
    union all
    select customer_no, 'link mail2',
        days_later(created_at, span(customer_no, 'mail2 later', 1, 200)), 0.9
    from customer
    where customer_number is not null and email2 is not null
)

select
    '/crm/demo' as source,
    'party.identified' as type,
    concat(customer_no, '/', replace(who, 'link ', 'identified-')) as id,
    concat('party/', customer_no) as subject,
    known_at as happened_at,
    case when known_at < getvariable('start_at') then later(known_at, 5) end as recorded_at,
    customer_no,
    who,
    concat('https://crm.example.com/parties/', customer_no) as source_url,
    to_json({'strength': strength}) as data,
from pairs;
