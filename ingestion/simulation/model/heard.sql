-- Contacts that the files tell of: their first event was recorded within the period.
create or replace temp table heard as
select * from thread
where case when is_written then concat('MS', contact_no, '-1q/sent') else concat(contact_id,
    '/started') end
    in (select id from sound);
