"""What a drill-down may show, as conditions on contacts; knows no page and runs no query."""

from __future__ import annotations

INBOUND = "is_customer_initiated"

# What a drill-down may show: a name for the address bar → a condition on contacts.
SLICES = {
    "all": "true",
    "value_creating": "is_value_creating",
    "failure": f"{INBOUND} and demand_type = 'failure'",
    "unclassified": f"{INBOUND} and demand_type = 'unclassified'",
    "repeat": "is_repeat",
    "reason": "reason_code = $value",
    "step": "journey_step = $value and ($second = '' or owner_department = $second)",
    "quadrant": "quadrant = $value",
    "channel": "channel = $value",
    "party": "party_id = $value",
    "organisation": "party_id in (select party_id from customers where organisation_id = $value)",
    "guest": "is_guest",
    "case": "case_id = $value",
}
