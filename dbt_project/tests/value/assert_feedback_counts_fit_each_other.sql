select *
from {{ ref('feedback_scores') }}
where
    response_count > all_response_count
    or top_count + bottom_count > response_count
    or score_rate not between wilson_low_rate and wilson_high_rate
