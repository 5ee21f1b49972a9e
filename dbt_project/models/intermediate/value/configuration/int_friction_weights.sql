select
    weights.friction_kind,
    cast(weights.weight as double) as weight
from {{ config_at_as_of('friction_weights', ['friction_kind']) }} as weights
