-- Cases as the sum of their turns, and when each contact was answered last.
create or replace temp table replied as
select contact_no, max(replied_at) as last_replied_at
from turn
group by contact_no;

create or replace temp table cases as
select
    case_id,
    any_value(customer_no) as customer_no,
    any_value(language) as language,
    any_value(reason_code) as reason_code,
    any_value(case_type) as case_type,
    any_value(order_id) as order_id,
    any_value(invoice_id) as invoice_id,
    any_value(subscription_id) as subscription_id,
    any_value(demand_no) as demand_no,
    any_value(is_linked) as is_linked,
    arg_min(who, turn_key) as who,
    arg_max(is_transferred, turn_key) as is_transferred,
    arg_max(next_queue, turn_key) as next_queue,
    arg_max(first_queue, turn_key) as last_first_queue,
    any_value(complaint_rate) as complaint_rate,
    arg_min(channel, turn_key) as channel,
    arg_min(first_queue, turn_key) as queue,
    arg_min(is_written, turn_key) as is_written,
    arg_min(contact_id, turn_key) as first_contact_id,
    arg_max(agent, turn_key) as agent,
    min(asked_at) as opened_at,
    min(replied_at) as first_reply_at,
    max(coalesce(back_office_at, replied_at)) as solved_at,
    max(asked_at) as last_asked_at,
    case any_value(case_type) when 'complaint' then 'high' when 'support' then pick(case_id,
        'priority',
        ['normal', 'normal', 'high']) else 'normal' end as priority,
    solved_at > last_asked_at and bool_or(is_written) and u(case_id, 'thanks') < 0.05
        as says_thanks,
    later(solved_at, 3600 * span(case_id, 'thanks', 0.5, 7)) as thanked_at,
from (select *, concat(n, turn_no) as turn_key from turn)
group by case_id;
