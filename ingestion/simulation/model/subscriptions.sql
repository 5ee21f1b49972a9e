-- Subscriptions and the moments at which their plan changes or ends by wish of the customer.
create or replace temp table subscribed as
with

chosen as (
    select
        *,
        concat('SUB', customer_no) as subscription_id,
        case when kind = 'business' then 1 + floor(6 * u(i, 'seats'))::integer else 1 end as seats,
    from customer
    where kind <> 'guest' and u(i, 'subscribes') < 0.36
),

started as (
    select
        chosen.*,
        plans.plan,
        plans.rank as plan_rank,
        round(plans.price_minor * price_factor)::bigint as price_minor,
        case when u(i, 'earlier') < 0.78
            then later(least(created_at, at_local(getvariable('start_day') - 20, 0)),
                86400 * span(i, 'trial', 0.01, 9))
            else days_later(greatest(created_at, getvariable('start_at')),
                span(i, 'trial', 0.01, 0.8 * getvariable('days')))
            end as started_at,
    from chosen
    inner join plans on u(i, 'plan') < plans.share_to
    qualify row_number() over (partition by customer_no order by plans.rank) = 1
),

wished as (
    select
        *,
        staffed_time(
            getvariable('start_day') + floor(u(i, 'wish day') * getvariable('days'))::integer,
            i, 'wish') as drawn_at,
        u(i, 'wish') as wish_draw,
        case when is_bad_payer and u(i, 'defaults') < 0.5 then getvariable('start_day')
            + floor(span(i, 'default day', 0.05, 0.7) * getvariable('days'))::integer end
            as defaults_from,
    from started
),

dated as (
    select
        *,
        case when drawn_at > days_later(started_at, 10) and wish_draw < 0.74
            then drawn_at end as wish_at,
        case when wish_at is null then null when wish_draw < 0.46 then 'upgrade_advice'
            when wish_draw < 0.62 then 'change' else 'cancel' end as wish,
        at_local(date_trunc('month', defaults_from)::date + 85, 36000) as defaulted_at,
    from wished
),

answered as (
    select
        *,
        case wish
            when 'upgrade_advice'
                then u(i, 'says yes') < getvariable('upgrade_accept_rate') and plan_rank < 3
            when 'cancel' then u(i, 'says yes') < 0.30
        end as has_accepted_offer,
    from dated
)

select
    *,
    case when has_accepted_offer and wish = 'upgrade_advice' or wish = 'change'
        then days_later(wish_at, 1.2) end as changed_at,
    case when wish = 'cancel' and not has_accepted_offer then days_later(wish_at, 1.5) end
        as cancelled_at,
    least(cancelled_at, defaulted_at) as ended_at,
from answered;

create or replace temp table subscription as
select
    subscribed.*,
    after_change.plan as next_plan,
    round(after_change.price_minor * price_factor)::bigint as next_price_minor,
from subscribed
left join plans as after_change
    on subscribed.changed_at is not null
    and after_change.rank = case
        when subscribed.wish = 'upgrade_advice' then subscribed.plan_rank + 1
        when subscribed.plan_rank = 1 then 2
        else subscribed.plan_rank - 1 end;
