select
    row_of_file,
    to_json({
        id: id, ticket_id: ticket_id, score: score, "comment": "comment",
        requester_id: requester_id, created_at: created_at, updated_at: updated_at
    })::varchar as told
from zendesk_satisfaction_rating
order by row_of_file
