-- Contacts with a person (or the attempt), by reason.
select reason_code as key, count(*) as contacts, count(*) filter (where is_abandoned) as abandoned,
    count(distinct demand_no) as needs, sum(case when is_written or is_abandoned then 0
        else talk_s + hold_s + acw_s end) as live_handling_seconds
from heard
group by reason_code
order by reason_code
