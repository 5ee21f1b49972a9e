select
    reason_code,
    reason_family,
    label_en,
    label_de,
    phase,
    demand_type,
    customer_value,
    company_value,
    owner_department,
    automatable_share,
    reference_handling_minutes,
    linked_object_type,
    valid_from,
    valid_to
from {{ in_force(ref('contact_reasons'), ['reason_code']) }} as decided
