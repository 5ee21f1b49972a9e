-- Chance without a generator: each draw is a hash of (seed, key, salt), so that a draw depends
-- neither on the order of rows, nor on threads, nor on the size of a chunk of customers.
create or replace macro u(k, salt) as
    (hash(hash(concat(k, '/', salt, '/', getvariable('seed')))) >> 11)::double / 9007199254740992;

create or replace macro span(k, salt, low, high) as low + (high - low) * u(k, salt);

create or replace macro pick(k, salt, choices) as
    choices[1 + floor(u(k, salt) * len(choices))::integer];

create or replace macro normal(k, salt) as
    sqrt(-2 * ln(1 - u(k, concat(salt, '.r')))) * cos(2 * pi() * u(k, concat(salt, '.a')));

create or replace macro around(k, salt, median, sigma) as median * exp(sigma * normal(k, salt));

create or replace macro expo(k, salt, mean) as -mean * ln(1 - u(k, salt));

create or replace macro later(moment, secs) as moment + to_seconds(round(secs)::bigint);

create or replace macro days_later(moment, day_count) as later(moment, day_count * 86400);

create or replace macro local_day(moment) as (moment at time zone 'Europe/Berlin')::date;

create or replace macro at_local(day, secs) as
    ((day::date)::timestamp + to_seconds(round(secs)::bigint)) at time zone 'Europe/Berlin';

-- A moment of private life: few at night, most in the evening.
create or replace macro private_time(day, k, salt) as at_local(day, 3600 * (
    pick(k, concat(salt, '.hour'), [0, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 15,
        16,
        16, 17, 17, 18, 18, 19, 19, 19, 20, 20, 20, 20, 21, 21, 21, 22, 22, 23])
    + u(k, concat(salt, '.minute'))));

-- A moment in which the phone is staffed: Monday to Friday 8–20, Saturday 9–16, mornings busiest.
create or replace macro weekday_opening(day) as
    case when isodow(day) = 7 then day + 1 else day end;

create or replace macro staffed_time(day, k, salt) as at_local(weekday_opening(day), 3600 * (
    pick(k, concat(salt, '.hour'), case when isodow(day) = 6
        then [9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 15]
        else [8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17,
            18, 19] end)
    + u(k, concat(salt, '.minute'))));

-- The first staffed moment from a moment on.
create or replace macro is_staffed(stamp) as case isodow(stamp)
    when 7 then false
    when 6 then hour(stamp) between 9 and 15
    else hour(stamp) between 8 and 19 end;

create or replace macro next_opening(stamp) as weekday_opening(
    case when hour(stamp) < 9 and isodow(stamp) < 7 then stamp::date else stamp::date + 1 end);

create or replace macro when_staffed(moment, k, salt) as
    case when is_staffed(moment at time zone 'Europe/Berlin') then moment
    else at_local(next_opening(moment at time zone 'Europe/Berlin'),
        3600 * (9 + 2.5 * u(k, concat(salt, '.opening')))) end;

-- Who finds the phone closed calls in the next opening hours, after a weekend perhaps a day later.
create or replace macro call_time(moment, k) as
    case when is_staffed(moment at time zone 'Europe/Berlin') then moment
    else at_local(
        next_opening(moment at time zone 'Europe/Berlin') + case
            when isodow(moment at time zone 'Europe/Berlin') >= 6
            then pick(k, 'puts off', [0, 0, 0, 0, 1, 1, 2, 3]) else 0 end,
        3600 * (9 + 6.5 * u(k, 'calls'))) end;

create or replace macro money(minor, currency) as
    case when minor is not null then {'minor': minor::bigint, 'currency': currency} end;

create or replace macro ref(id_type, id, role) as
    case when id is not null then {'id_type': id_type, 'id': id, 'role': role} end;

create or replace macro rfc(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%SZ');
