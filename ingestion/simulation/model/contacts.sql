-- How a need becomes contacts: articles and bots first, then people, then again if not solved.
create or replace temp table attended as
select
    demand.*,
    reasons.* exclude (reason_code),
    customer.* exclude (customer_no, i),
    u(demand_no, 'article') < article_rate as has_article,
    u(demand_no, 'bot') < bot_rate and has_accepted_offer is null as has_bot,
    has_bot and u(demand_no, 'contained') < contained_rate as is_bot_contained,
    has_article and not has_bot and has_accepted_offer is null
        and u(demand_no, 'read enough') < contained_rate as is_article_contained,
from demand
inner join reasons using (reason_code)
inner join customer using (customer_no);

create or replace temp table tried as
with

tries as (
    select *, unnest([1, 2, 3]) as n
    from attended
    where not is_bot_contained and not is_article_contained
),

drawn as (
    select
        *,
        concat(demand_no, n) as contact_no,
        u(contact_no, 'channel') as channel_draw,
        case
            when has_bot and n = 1 then 'chat'
            when channel_draw < phone_share and phone is not null then 'phone'
            when channel_draw < phone_share + email_share then 'email'
            when channel_draw < phone_share + email_share + chat_share or email_share = 0
                then 'chat'
            when u(contact_no, 'rare') < 0.86 then 'web_form'
            else pick(contact_no, 'rarer', ['social', 'messenger', 'letter'])
        end as channel,
        case when channel in ('phone', 'chat')
            then round(expo(contact_no, 'wait', 55 + 60
                * (isodow(local_day(wanted_at)) = 1)::integer))
            end::integer as drawn_wait_s,
        channel in ('phone', 'chat') and has_accepted_offer is null
            and (drawn_wait_s > 240 or u(contact_no, 'hangs up') < 0.035) as is_abandoned,
        case when is_abandoned then 0.65 when has_accepted_offer is not null then 0
            else repeat_rate end as again_rate,
    from tries
)

select
    *,
    n = 1 or coalesce(min(case when u(contact_no, 'again') < again_rate then 1 else 0 end)
        over (partition by demand_no order by n rows between unbounded preceding and 1 preceding),
            1)
        = 1 as is_made,
    sum(case when n = 1 then 0 when is_abandoned then 0.06 else span(contact_no, 'patience', 0.8,
        5.5) end)
        over (partition by demand_no order by n) as days_after,
from drawn
qualify is_made;

create or replace temp table contact as
with

timed as (
    select
        *,
        days_later(wanted_at, days_after) as drawn_at,
        case when channel in ('phone', 'chat') then call_time(drawn_at, contact_no)
            else drawn_at end as started_at,
        concat(case channel when 'phone' then 'CL' when 'chat' then 'CH' else 'TH' end, contact_no)
            as contact_id,
        case queue when 'service' then concat('service_', language) else queue end as first_queue,
        least(2 + coalesce(drawn_wait_s, 0), 900) as wait_s,
    from tried
)

select
    *,
    not is_abandoned and u(contact_no, 'transfer') < case queue when 'service' then 0.07
        else 0.04 end
        as is_transferred,
    case when is_transferred then case queue when 'service' then pick(contact_no, 'to queue',
        ['technical', 'billing_desk', 'sales']) else concat('service_', language) end end
            as next_queue,
    coalesce(next_queue, first_queue) as last_queue,
    round(least(2700, greatest(45, around(contact_no, 'talk', talk_minutes * 60
        * case when n = 1 then 1 else 1.25 end * case channel when 'chat' then 1.2 else 1 end,
            0.42))))
        ::integer as talk_s,
    case when channel = 'phone' and u(contact_no, 'holds') < 0.28
        then round(span(contact_no, 'hold', 15, 150)) else 0 end::integer as hold_s,
    round(least(600, around(contact_no, 'wrap up', 50, 0.5)))::integer as acw_s,
    later(started_at, wait_s) as answered_at,
    later(answered_at, case when is_abandoned then 0 else talk_s + hold_s end) as ended_at,
    concat('agent-', case last_queue when 'service_de' then 100 when 'service_en' then 200
        when 'sales' then 300 when 'technical' then 400 else 500 end
        + floor(12 * u(contact_no, 'agent'))::integer) as agent,
from timed
where started_at < getvariable('end_at');
