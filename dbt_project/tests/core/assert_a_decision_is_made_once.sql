{#- Of two rows of configuration for one key, one date and one day of decision neither is the later:
    which of them counted would be chance. -#}
{%- set keys = {
    'settings': ['name'],
    'currencies': ['currency'],
    'fx_rates': ['currency'],
    'control_totals': ['source', 'measure', 'currency'],
    'lifecycle_thresholds': ['stage'],
    'identity_limits': ['id_type'],
    'contact_reasons': ['reason_code'],
    'cost_rates': ['team'],
    'channel_fees': ['channel'],
    'customer_effort_minutes': ['channel'],
    'friction_weights': ['friction_kind'],
    'failure_rules': ['failure_kind'],
    'journey_labels': ['step'],
    'mann_kendall': ['period_count', 'minimum_s'],
    'trigger_rules': ['trigger_id'],
    'value_axes': ['customer_value', 'company_value'],
    'value_settings': ['name'],
    'feedback_scales': ['survey_kind', 'scale_min', 'scale_max', 'higher_is_better'],
} -%}
{%- for seed, columns in keys.items() %}
select
    '{{ seed }}' as seed,
    valid_from,
    known_from,
    count(*) as row_count
from {{ ref(seed) }}
group by {{ columns | join(', ') }}, valid_from, known_from
having count(*) > 1
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
