select left_number, right_number from {{ ref('int_identifiers_linked') }}
where is_used
