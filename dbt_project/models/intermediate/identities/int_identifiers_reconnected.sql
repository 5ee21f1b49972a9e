select left_number, right_number from {{ ref('int_identifiers_separated') }}
where is_kept
