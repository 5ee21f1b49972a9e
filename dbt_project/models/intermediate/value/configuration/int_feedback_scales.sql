select
    scales.survey_kind,
    scales.label_en,
    scales.label_de,
    cast(scales.scale_min as double) as scale_min,
    cast(scales.scale_max as double) as scale_max,
    cast(scales.top_from as double) as top_from,
    cast(scales.top_to as double) as top_to,
    cast(scales.bottom_from as double) as bottom_from,
    cast(scales.bottom_to as double) as bottom_to,
    scales.higher_is_better
from {{ config_at_as_of(
    'feedback_scales', ['survey_kind', 'scale_min', 'scale_max', 'higher_is_better']
) }} as scales
