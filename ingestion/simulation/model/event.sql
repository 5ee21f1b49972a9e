-- The table that every fact of the company ends in; `who` tells by which identifiers it is known.
create or replace temp table event (
    source varchar, type varchar, id varchar, subject varchar, happened_at timestamptz,
    recorded_at timestamptz, sequence bigint, amends varchar,
    customer_no bigint, who varchar, channel varchar, service_mode varchar, language varchar,
    actor json, source_url varchar, data json, extra json
);

create or replace macro agent_of(agent) as case when agent is not null then to_json({
    'type': 'agent',
    'ref': agent,
    'team': ['service_de', 'service_en', 'sales', 'technical', 'billing_desk'][agent[7:7]::integer],
    'tenure_band': ['under_1_year', '1_to_3_years', 'over_3_years'][1 + agent[8:9]::integer % 3],
    'role_at_time': 'agent'
}) end;

create or replace macro actor_of(kind) as to_json({'type': kind});
create or replace macro helpdesk_url(case_id) as concat('https://helpdesk.example.com/cases/',
    case_id);
create or replace macro shop_url(order_id) as concat('https://shop.example.com/admin/orders/',
    order_id);
create or replace macro invoice_url(id) as concat('https://billing.example.com/invoices/', id);
