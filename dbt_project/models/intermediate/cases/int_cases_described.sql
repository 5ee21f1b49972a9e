{#- Every fact of a case in one shape; the latest value that is known counts. -#}
{%- set facts = [
    ('stg_contact__cases_opened', {'opened_at': 'occurred_at', 'channel': 'channel',
        'direction': 'direction', 'case_type': 'case_type', 'priority': 'priority', 'brand': 'brand',
        'team': 'queue', 'reason_code': 'reason_code', 'language': 'language',
        'source_url': 'source_url', 'order_id': 'order_id', 'invoice_id': 'invoice_id',
        'subscription_id': 'subscription_id'}),
    ('stg_contact__case_classifications', {'reason_code': 'reason_code'}),
    ('stg_contact__case_links', {
        'order_id': "case when object_type = 'order' then object_id end",
        'invoice_id': "case when object_type = 'invoice' then object_id end",
        'subscription_id': "case when object_type = 'subscription' then object_id end"}),
    ('stg_contact__case_merges', {'into_case_id': 'into_case_id', 'merged_at': 'occurred_at'}),
    ('stg_contact__case_counters', {'source_reopen_count': 'reopen_count',
        'source_reassignment_count': 'reassignment_count', 'source_sla_made': 'is_sla_made'}),
    ('stg_contact__case_assignments', {'team': 'to_group'}),
    ('stg_contact__case_priorities', {'priority': 'to_priority'}),
    ('stg_contact__case_statuses', {}),
] -%}
{%- set columns = {
    'opened_at': 'timestamptz', 'channel': 'varchar', 'direction': 'varchar',
    'case_type': 'varchar', 'priority': 'varchar', 'brand': 'varchar', 'team': 'varchar',
    'reason_code': 'varchar', 'language': 'varchar', 'source_url': 'varchar',
    'order_id': 'varchar', 'invoice_id': 'varchar', 'subscription_id': 'varchar',
    'into_case_id': 'varchar', 'merged_at': 'timestamptz', 'source_reopen_count': 'bigint',
    'source_reassignment_count': 'bigint', 'source_sla_made': 'boolean',
} -%}
with facts as (
    {%- for model, given in facts %}
    select
        case_id,
        {%- for column, kind in columns.items() %}
        {{ given.get(column, 'cast(null as ' ~ kind ~ ')') }} as {{ column }},
        {%- endfor %}
        occurred_at, "sequence", event_type_rank, event_key
    from {{ ref(model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

numbered as (
    select
        facts.*,
        row_number() over (partition by case_id order by {{ event_order() }}) as fact_number
    from facts
)

select
    case_id,
    {%- for column in columns if column != 'opened_at' %}
    {{ max_by(column, 'fact_number') }} as {{ column }},
    {%- endfor %}
    min(opened_at) is null as is_orphan,
    coalesce(min(opened_at), min(occurred_at)) as opened_at
from numbered
group by case_id
