{#- Which of two types of identifier tells more about who somebody is, as text that sorts: the
    customer number, numbers that other systems give, e-mail, phone, what a device tells. -#}
{% macro identifier_place(id_type) -%}
    case {{ id_type }}
        when 'customer_number' then '1'
        when 'email' then '3'
        when 'phone' then '4'
        when 'device' then '5'
        when 'cookie' then '5'
        else '2'
    end || {{ id_type }}
{%- endmacro %}

{#- Whether a type is a number that a system gives to its customers, by its place. -#}
{% macro names_an_account(id_type) -%}
    {{ identifier_place(id_type) }} < '3'
{%- endmacro %}

{#- When an exploded reference (`item`) was recorded and its type as one value: the least is the first. -#}
{% macro mention_position() -%}
    {{ return(adapter.dispatch('mention_position')()) }}
{%- endmacro %}

{% macro default__mention_position() -%}
    struct_pack(recorded_at := recorded_at, id_type := item.id_type)
{%- endmacro %}

{% macro spark__mention_position() -%}
    named_struct('recorded_at', recorded_at, 'id_type', item.id_type)
{%- endmacro %}
