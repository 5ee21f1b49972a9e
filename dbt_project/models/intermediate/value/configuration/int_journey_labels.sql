select
    labels.step,
    labels.label_en,
    labels.label_de,
    labels.owner_department,
    labels.is_journey_step
from {{ config_at_as_of('journey_labels', ['step']) }} as labels
