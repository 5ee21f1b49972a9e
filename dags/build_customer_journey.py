"""One DAG that turns the log into the serving copy, whenever a source has announced events."""

from airflow.sdk import Param, chain, dag, task
from wiring import BUILD_STEP_LIMIT, DAG_DEFAULTS, SCHEDULES, TASK_DEFAULTS, WAREHOUSE_POOL

from waypost.tasks import run_step

STEPS = ("gate_log", "build_warehouse", "gate_marts", "publish_serving")

DOC = """
### Log → warehouse → serving copy

`gate_log` (Great Expectations over the log; ends the run at once when there is no new commit) →
`build_warehouse` (one `dbt build`) → `gate_marts` (Great Expectations over the marts) →
`publish_serving` (one rename). A red gate stops before publish: the dashboards keep the last
good copy.

**Rebuild of the past:** trigger by hand with `{"as_of": "2026-03-31T22:00:00Z"}`, optionally with
`"log_as_of"`. It writes `asof/<time>.duckdb` and is never published.

**Red?** The task's log ends with one sentence; `docs/operations.md` says what to do for each.
"""


@dag(
    "build_customer_journey",
    schedule=SCHEDULES["build_customer_journey"],
    doc_md=DOC,
    params={
        "as_of": Param(None, type=["null", "string"], format="date-time"),
        "log_as_of": Param(None, type=["null", "string"], format="date-time"),
    },
    dagrun_timeout=len(STEPS) * BUILD_STEP_LIMIT,
    default_args={
        **TASK_DEFAULTS,
        "pool": WAREHOUSE_POOL,
        "execution_timeout": BUILD_STEP_LIMIT,
    },
    **DAG_DEFAULTS,
)
def build_customer_journey() -> None:
    """Chain the steps in their order."""
    chain(*(task(run_step, task_id=step)(step) for step in STEPS))


build_customer_journey()
