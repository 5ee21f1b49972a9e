-- Customers of one chunk: who they are and by which identifiers each source knows them.
create or replace temp table customer as
with

drawn as (
    select
        i,
        10001 + i as customer_no,
        case when u(i, 'language') < 0.72 then 'de' else 'en' end as language,
        case when u(i, 'kind') < 0.07 then 'guest' when u(i, 'kind') < 0.12 then 'business'
            else 'person' end as kind,
        least(6, around(i, 'activity', 1.0, 0.75)) as activity,
    from range(getvariable('first'), getvariable('last')) as customers(i)
),

described as (
    select
        *,
        case
            when language = 'de' then case when u(i, 'currency') < 0.08 then 'CHF' else 'EUR' end
            else case when u(i, 'currency') < 0.40 then 'GBP' else 'EUR' end
        end as currency,
        kind <> 'guest' and u(i, 'is_new') < 0.28 as is_new,
        u(i, 'is_chronic') < 0.03 as is_bad_payer,
        case
            -- a firm has a domain of its own, and about two of fifty customers are its people
            when kind = 'business' then concat(
                case when u(i, 'mailbox') < 0.5 then pick(i, 'mailbox', ['info', 'einkauf', 'rechnung'])
                    else concat('customer', customer_no) end,
                '@firm', i // 50 + 1, '.example.', pick(i // 50, 'firm host', ['com', 'org', 'net']))
            else concat('customer', customer_no, '@', pick(i, 'mail host',
                ['example.com', 'example.org', 'example.net']))
        end as email,
        case when u(i, 'second mail') < 0.12
            then concat('private', customer_no, '@example.net') end as email2,
        case
            when i >= 83000 or u(i, 'phone') > 0.82 then null
            when i >= 5000 then concat('+1', 210 + (i - 5000) // 100, '55501', lpad(
                ((i - 5000) % 100)::varchar, 2, '0'))
            when language = 'de' then concat(
                ['+493023125', '+494066969', '+492214710', '+496990009', '+498999998'][1
                    + i // 1000],
                lpad((i % 1000)::varchar, 3, '0'))
            else concat(
                ['+442079460', '+447700900', '+441632960', '+441134960', '+441214960'][1
                    + i // 1000],
                lpad((i % 1000)::varchar, 3, '0'))
        end as phone,
    from drawn
)

select
    *,
    case currency when 'GBP' then 0.20 when 'CHF' then 0.081 else 0.19 end as tax_rate,
    case currency when 'GBP' then 0.86 when 'CHF' then 0.95 else 1.0 end as price_factor,
    case when kind <> 'guest' then concat('C', customer_no) end as customer_number,
    case
        when kind = 'guest' then null
        when is_new then private_time(
            getvariable('start_day') + (u(i, 'created') * 0.85 * getvariable('days'))::integer,
            i, 'created')
        else private_time(getvariable('start_day') - 20 - (u(i, 'created') * 1300)::integer,
            i, 'created')
    end as created_at,
    case when kind = 'business' then 'transfer' else pick(i, 'method', ['card', 'card', 'card',
        'direct_debit', 'direct_debit', 'paypal', 'paypal', 'transfer', 'transfer']) end as method,
from described;
