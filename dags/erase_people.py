"""One DAG that carries out the erasures that were asked for with `waypost erase --later`."""

from airflow.sdk import dag, task
from wiring import CONTACT_EVENTS, DAG_DEFAULTS, SCHEDULES, TASK_DEFAULTS, UPKEEP_LIMIT

from waypost import tasks

DOC = """
### Requests of erasure → a log, a landing zone and marts without these people

`waypost erase --later` writes a request down (a hash, never a clear identifier; no conf of a run names
anybody). Once a day, or when triggered by hand, `erase` carries out all that are open, finishes one
that was interrupted, and lets the build run anew. Without a request it is skipped.

**Red?** The task's log says what to do. A run repeated after a crash goes on where it stopped; until then
the person is refused at the door already, and pages may be empty until the next build.
"""


@dag(
    "erase_people",
    schedule=SCHEDULES["erase_people"],
    doc_md=DOC,
    dagrun_timeout=2 * UPKEEP_LIMIT,
    default_args={**TASK_DEFAULTS, "execution_timeout": UPKEEP_LIMIT},
    **DAG_DEFAULTS,
)
def erase_people() -> None:
    """One task; what it announces lets the build run."""
    task(tasks.erase_people, task_id="erase", outlets=[CONTACT_EVENTS])()


erase_people()
