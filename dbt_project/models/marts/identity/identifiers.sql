{#- In the order of the hashes, so that looking one up reads one row group and not the table. -#}
select
    id_hash,
    party_id,
    id_type,
    id_class
from {{ ref('int_identities') }}
order by id_hash
