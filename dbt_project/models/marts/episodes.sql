with contacts as (
    select
        contacts.*,
        row_number() over (
            partition by episode_id order by started_at, contact_id
        ) as episode_contact_number,
        row_number() over (
            partition by episode_id order by started_at desc, contact_id desc
        ) as reverse_number
    from {{ ref('int_contacts') }} as contacts
),

summed as (
    select
        contacts.episode_id,
        max(contacts.party_id) as party_id,
        max(contacts.object_id) as object_id,
        max(contacts.reason_family) as reason_family,
        {{ min_by('contacts.reason_code', 'contacts.episode_contact_number') }} as first_reason_code,
        {{ min_by('contacts.channel', 'contacts.episode_contact_number') }} as first_channel,
        count(*) as contact_count,
        count(case when contacts.is_counted and not contacts.is_merged then 1 end)
            as customer_contact_count,
        count(distinct case when contacts.is_counted then contacts.channel end) as channel_count,
        bool_or(contacts.transfer_count + coalesce(replied.transfer_count, 0) > 0) as has_transfer,
        bool_and(coalesce(cases.is_resolved or cases.is_merged, true))
        and bool_or(contacts.reverse_number = 1 and contacts.is_served) as is_resolved,
        bool_or(coalesce(cases.is_reopened, false)) as is_reopened,
        bool_or(contacts.is_forced_switch) as is_forced_switch,
        min(contacts.started_at) as started_at,
        max(contacts.ended_at) as ended_at
    from contacts
    left join {{ ref('int_cases') }} as cases on contacts.case_id = cases.case_id
    left join {{ ref('int_cases_replied') }} as replied on contacts.case_id = replied.case_id
    group by contacts.episode_id
),

judged as (
    select
        summed.*,
        customer_contact_count > 0 as is_inbound,
        {{ add_days('ended_at', setting('episode_window_days')) }} <= {{ as_of() }} as is_mature
    from summed
)

select
    judged.episode_id,
    judged.party_id,
    judged.object_id,
    judged.reason_family,
    judged.first_reason_code,
    judged.first_channel,
    coalesce(segments.segment, 'unknown') as segment,
    judged.contact_count,
    judged.customer_contact_count,
    judged.channel_count,
    judged.has_transfer,
    judged.is_inbound,
    judged.is_mature,
    judged.is_resolved,
    judged.customer_contact_count > 1 as is_repeat,
    case
        when judged.is_mature and judged.is_resolved and judged.is_inbound
            then judged.customer_contact_count = 1 and not judged.is_reopened
    end as is_first_contact_resolved,
    judged.channel_count > 1 as is_channel_switch,
    judged.is_forced_switch,
    judged.started_at,
    judged.ended_at
from judged
left join {{ ref('int_customers_segmented') }} as segments on judged.party_id = segments.party_id
