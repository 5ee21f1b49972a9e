{{ config(severity='warn') }}
select case_id from {{ ref('cases') }}
where is_orphan
