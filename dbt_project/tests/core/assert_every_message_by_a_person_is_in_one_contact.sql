with counted as (
    select
        (
            select count(*) from {{ ref('stg_contact__messages') }}
            where
                contact_id is null and case_id is not null and is_public and not is_automated
                and author_role in ('customer', 'agent')
        ) as message_count,
        (
            select coalesce(sum(customer_message_count + public_reply_count), 0)
            from {{ ref('int_contacts') }}
            where contact_kind = 'thread'
        ) as counted_count
)

select * from counted
where message_count <> counted_count
