{%- set topic = "coalesce(party_id, case_id, contact_id), coalesce(reason_family, '-'), coalesce(object_id, '-')" -%}
with compared as (
    select
        contact_id,
        party_id,
        case_id,
        coalesce(party_id, case_id, contact_id) as person,
        coalesce(reason_family, '-') as topic,
        coalesce(object_id, '-') as object_key,
        channel,
        is_counted,
        is_served,
        is_abandoned,
        first_solved_at,
        started_at,
        {{ seconds_between(
            'max(ended_at) over (
                partition by ' ~ topic ~ ' order by started_at, contact_id
                rows between unbounded preceding and 1 preceding
            )',
            'started_at'
        ) }} as gap_seconds
    from {{ ref('int_contacts_related') }}
),

grouped as (
    select
        compared.*,
        sum(case
            when
                gap_seconds is null
                or gap_seconds > 86400 * {{ setting('episode_window_days', 'bigint') }}
                then 1
            else 0
        end) over (
            partition by person, topic, object_key order by started_at, contact_id
            rows between unbounded preceding and current row
        ) as episode_number
    from compared
),

numbered as (
    select
        grouped.*,
        first_value(contact_id) over (
            partition by person, topic, object_key, episode_number
            order by started_at, contact_id
        ) as episode_id,
        case
            when is_counted
                then row_number() over (
                    partition by person, topic, object_key, episode_number, is_counted
                    order by started_at, contact_id
                )
        end as contact_number
    from grouped
),

followed as (
    select
        numbered.*,
        lag(channel) over (
            partition by episode_id, is_counted order by started_at, contact_id
        ) as previous_channel,
        lag(
            case
                when is_abandoned or not is_served then cast('9999-12-31' as timestamptz)
                when case_id is not null
                    then coalesce(first_solved_at, cast('9999-12-31' as timestamptz))
            end
        ) over (
            partition by episode_id, is_counted order by started_at, contact_id
        ) as previous_solved_at
    from numbered
)

select
    contact_id,
    episode_id,
    contact_number,
    coalesce(contact_number > 1, false) as is_repeat,
    coalesce(
        contact_number > 1 and previous_channel <> channel and previous_solved_at > started_at, false
    ) as is_forced_switch
from followed
