with counted as (
    select
        (select count(*) from {{ ref('int_contacts_collected') }}) as collected_count,
        (select count(*) from {{ ref('int_contacts') }}) as contact_count,
        (select sum(contact_count) from {{ ref('episodes') }}) as episode_contact_count
)

select * from counted
where collected_count <> contact_count or contact_count <> coalesce(episode_contact_count, 0)
