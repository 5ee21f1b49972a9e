{#- The nine occurrences that friction points count; their weights are in friction_weights.csv. -#}
{% macro friction_kinds() %}
    {{ return([
        'repeat_contact', 'transfer', 'reopen', 'forced_switch', 'broken_promise', 'long_wait',
        'failed_payment', 'return', 'complaint',
    ]) }}
{% endmacro %}
