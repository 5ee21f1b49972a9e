-- Parcels that the carrier's bad weeks made late, and who asked about them.
select
    count(*) as delayed_shipments,
    count(*) filter (where is_late) as late_shipments,
    (select count(*) from heard where reason_code = 'during.delivery_status' and order_id in (
        select order_id from shipment where is_carrier_delayed)) as contacts,
from shipment
where is_carrier_delayed and concat(shipment_id, '/dispatched') in (select id from sound)
