{{ config(severity='warn') }}
select contact_id, reason_code from {{ ref('int_contacts') }}
where reason_code is not null and reason_family is null
