"""When each DAG runs, on what, how often it tries: the only settings of the orchestration."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset

from waypost.tasks import alert_failed_task, alert_run_out_of_time

CONTACT_EVENTS = Asset(name="contact_events", uri="waypost://log/contact")
ORDER_EVENTS = Asset(name="order_events", uri="waypost://log/order")
BILLING_EVENTS = Asset(name="billing_events", uri="waypost://log/billing")

# minute offsets keep the three from starting in the same second; times are UTC
SCHEDULES = {
    "ingest_contact_events": "*/15 * * * *",
    "ingest_order_events": "5-59/15 * * * *",
    "ingest_billing_events": "10-59/15 * * * *",
    "build_customer_journey": CONTACT_EVENTS | ORDER_EVENTS | BILLING_EVENTS,
}

# one slot: only one process at a time may open the warehouse file
WAREHOUSE_POOL = "duckdb_writer"

INGEST_LIMIT = timedelta(minutes=30)
BUILD_STEP_LIMIT = timedelta(hours=1)

DAG_DEFAULTS = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
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
