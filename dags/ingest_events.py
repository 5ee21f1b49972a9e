"""Three DAGs that bring what lies in the landing folders into the log, by time."""

from airflow.sdk import Asset, dag, task
from wiring import (
    BILLING_EVENTS,
    CONTACT_EVENTS,
    DAG_DEFAULTS,
    INGEST_LIMIT,
    ORDER_EVENTS,
    SCHEDULES,
    TASK_DEFAULTS,
)

from waypost.tasks import ingest

DOC = """
### Landing folders `{folders}` → log

Reads every file it has not read before, appends new events, sets aside what is broken (quarantine)
and announces `{asset}`. An event goes to its type's domain, whatever folder its file is in.

**Red?** The log of task `ingest` ends with one sentence. Ingest is idempotent: put the file right
or remove it, then clear the task. The other sources go on meanwhile; this one ages on the
*Data trust* page.
"""


def ingest_dag(dag_id: str, asset: Asset, folders: list[str]) -> None:
    """Define one DAG: one task that ingests its folders and announces its asset."""

    @dag(
        dag_id,
        schedule=SCHEDULES[dag_id],
        doc_md=DOC.format(folders=", ".join(folders), asset=asset.name),
        dagrun_timeout=3 * INGEST_LIMIT,
        default_args=TASK_DEFAULTS,
        **DAG_DEFAULTS,
    )
    def define() -> None:
        task(ingest, outlets=[asset], execution_timeout=INGEST_LIMIT)(folders)

    define()


ingest_dag("ingest_contact_events", CONTACT_EVENTS, ["contact", "feedback", "party", "waypost"])
ingest_dag("ingest_order_events", ORDER_EVENTS, ["order"])
ingest_dag("ingest_billing_events", BILLING_EVENTS, ["billing"])
