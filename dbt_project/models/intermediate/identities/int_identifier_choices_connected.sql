select left_number, right_number from {{ ref('int_identifier_choices') }}
where is_chosen
