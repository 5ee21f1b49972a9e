{#- Contacts that reopened a case: the latest contact of the case begun by then (courtesy left out). -#}
with reached as (
    select
        reopens.case_id,
        reopens.reopened_at,
        contacts.contact_id,
        row_number() over (
            partition by reopens.case_id, reopens.reopened_at
            order by contacts.started_at desc, contacts.contact_id
        ) as latest_number
    from {{ ref('int_case_reopens') }} as reopens
    inner join {{ ref('int_contacts_related') }} as contacts
        on
            reopens.case_id = contacts.case_id
            and {{ seconds_between('reopens.reopened_at', 'contacts.started_at') }}
            <= {{ setting('courtesy_message_seconds', 'bigint') }}
    where not reopens.is_courtesy
)

select distinct contact_id from reached
where latest_number = 1
