"""When each DAG runs, on what, how often it tries: the only settings of the orchestration."""

from datetime import timedelta

from airflow.sdk import Asset, CronTriggerTimetable

from waypost.tasks import alert_failed_task, alert_run_out_of_time

CONTACT_EVENTS = Asset(name="contact_events", uri="waypost://log/contact")
ORDER_EVENTS = Asset(name="order_events", uri="waypost://log/order")
BILLING_EVENTS = Asset(name="billing_events", uri="waypost://log/billing")


def _cron(minutes: str) -> CronTriggerTimetable:
    """These minutes of every hour, in UTC; the first run waits for the next of them."""
    return CronTriggerTimetable(f"{minutes} * * * *", timezone="UTC", run_immediately=timedelta(0))


# offsets keep the three from starting in the same second
SCHEDULES = {
    "pull_sources": _cron("12-59/15"),
    "ingest_contact_events": _cron("*/15"),
    "ingest_order_events": _cron("5-59/15"),
    "ingest_billing_events": _cron("10-59/15"),
    "compact_log": CronTriggerTimetable("40 2 * * *", timezone="UTC", run_immediately=timedelta(0)),
    "erase_people": CronTriggerTimetable(
        "20 1 * * *", timezone="UTC", run_immediately=timedelta(0)
    ),
    "build_customer_journey": CONTACT_EVENTS | ORDER_EVENTS | BILLING_EVENTS,
}

# one slot: only one process at a time may open the warehouse file
WAREHOUSE_POOL = "duckdb_writer"

PULL_LIMIT = timedelta(hours=1)  # a longer backfill goes on at the next run
INGEST_LIMIT = timedelta(minutes=30)
UPKEEP_LIMIT = timedelta(hours=2)
BUILD_STEP_LIMIT = timedelta(hours=1)

DAG_DEFAULTS = {
    "catchup": False,
    "max_active_runs": 1,
    "is_paused_upon_creation": False,  # what a source emits while the build is paused is lost
    "on_failure_callback": alert_run_out_of_time,
    "tags": ["waypost"],
}

TASK_DEFAULTS = {
    "retries": 2,
    "retry_delay": timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "on_failure_callback": alert_failed_task,
}
