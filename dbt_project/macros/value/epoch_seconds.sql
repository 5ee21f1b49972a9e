{#- Whole seconds from 2000-01-01 00:00 UTC to a moment. -#}
{% macro epoch_seconds(moment) -%}
    {{ seconds_between("timestamptz '2000-01-01 00:00:00+00'", moment) }}
{%- endmacro %}
