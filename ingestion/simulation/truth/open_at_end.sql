-- What is open when the period ends: the cases that triggers must find.
select
    (select count(*) from shipment where promised_at < getvariable('end_at')
        and concat(shipment_id, '/dispatched') in (select id from sound)
        and concat(shipment_id, '/delivered') not in (select id from sound)
        and concat(shipment_id, '/returned') not in (select id from sound)) as late_shipments,
    (select count(distinct payment_id) from attempt where has_failed
        and concat(payment_id, '/failed/', attempt_no) in (select id from sound)
        and concat(payment_id, '/succeeded') not in (select id from sound)) as failed_payments,
    (select count(*) from turn where is_written and is_last_turn
        and asked_at < days_later(getvariable('end_at'), -1)
        and concat('MS', contact_no, '-', turn_no, 'q/sent') in (select id from sound)
        and concat('MS', contact_no, '-', turn_no, 'a/sent') not in (select id from sound))
        as unanswered_messages,
    (select count(*) from (
        select demand_no from heard group by demand_no
        having count(*) >= 2 and max(started_at) >= days_later(getvariable('end_at'), -7)
    )) as recent_repeats,
    (select count(*) from (
        select score, answered_at, lag(score) over (partition by customer_no order by answered_at,
            response_id) as earlier_score
        from answer
        where kind = 'ces' and concat(response_id, '/answered') in (select id from sound)
    ) where score <= earlier_score - 2 and answered_at >= days_later(getvariable('end_at'), -30))
        as effort_drops,
