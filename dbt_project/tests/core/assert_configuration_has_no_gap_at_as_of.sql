{#- Settings that the models read must be in force. -#}
{%- set names = [
    'reporting_currency', 'reporting_tz', 'episode_window_days', 'thread_idle_hours',
    'short_abandon_seconds', 'handling_gap_cap_seconds', 'courtesy_message_seconds',
    'activity_window_days', 'segment_normal_percentile', 'segment_extended_percentile',
    'subscription_margin_rate',
] -%}
with wanted as (
    {%- for name in names %}
    select '{{ name }}' as name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select wanted.name
from wanted
left join {{ ref('settings_in_force') }} as settings on wanted.name = settings.name
where settings.name is null
