{{ config(severity='warn') }}
select shipment_id from {{ ref('shipments') }}
where is_orphan or delivered_at < dispatched_at
