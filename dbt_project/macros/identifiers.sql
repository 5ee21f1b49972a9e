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
