select
    row_of_file,
    to_json({
        id: id, role: role, email: email, phone: phone, external_id: external_id,
        shared_phone_number: shared_phone_number, created_at: created_at, updated_at: updated_at
    })::varchar as told
from zendesk_user
order by row_of_file
