"""One DAG that lands what the connected systems have to tell, by time."""

from airflow.sdk import dag, task
from wiring import DAG_DEFAULTS, PULL_LIMIT, SCHEDULES, TASK_DEFAULTS

from waypost.tasks import pull

SYSTEMS = ("zendesk", "stripe", "shopify")

DOC = """
### Zendesk, Stripe, Shopify → landing folders

One task a system, side by side; a system that nobody has configured is skipped. Pages are landed
first, then the ingest of their folder reads them. A pull goes on behind the last landed page.

**Red?** The task's log ends with one sentence: a refused key, a missing permission, an address.
Nothing is lost meanwhile: put it right and clear the task, or wait for the next run.
"""


@dag(
    "pull_sources",
    schedule=SCHEDULES["pull_sources"],
    doc_md=DOC,
    dagrun_timeout=3 * PULL_LIMIT,
    default_args={**TASK_DEFAULTS, "execution_timeout": PULL_LIMIT},
    **DAG_DEFAULTS,
)
def pull_sources() -> None:
    """One task a system."""
    for system in SYSTEMS:
        task(pull, task_id=f"pull_{system}")(system)


pull_sources()
