"""One DAG that keeps the log's files few and whole, and lets go what is past its time, once a day."""

from airflow.sdk import chain, dag, task
from wiring import DAG_DEFAULTS, SCHEDULES, TASK_DEFAULTS, UPKEEP_LIMIT

from waypost.tasks import keep_up

STEPS = ("compact_parts", "check_files", "apply_retention")

DOC = """
### Many small parts → few; every byte checked; what is past its time goes

`compact_parts` rewrites the small parts of each domain into few with the same events, beside running
ingests, builds and readers, and deletes what was replaced more than seven days ago →
`check_files` compares every part with the checksum of its commit (`waypost doctor --deep`) →
`apply_retention` does what `config/retention.yaml` says (`waypost retain`); without that file, nothing.

**Red?** The task's log names the file and what to do; `waypost doctor --repair` does it where it can.
The log as it was committed stays readable meanwhile, except for the part that is named.
"""


@dag(
    "compact_log",
    schedule=SCHEDULES["compact_log"],
    doc_md=DOC,
    dagrun_timeout=4 * UPKEEP_LIMIT,
    default_args={**TASK_DEFAULTS, "execution_timeout": UPKEEP_LIMIT},
    **DAG_DEFAULTS,
)
def compact_log() -> None:
    """Chain the steps in their order."""
    chain(*(task(keep_up, task_id=step)(step) for step in STEPS))


compact_log()
