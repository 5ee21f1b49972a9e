"""One cached function a question; the only SQL on the read side; knows no page and no figure."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.filters import Filters
from dashboards.serving import Serving, ask
from dashboards.slices import INBOUND as _INBOUND
from dashboards.slices import SLICES

_MONTHS = "month between $first::date and $last::date"
_SEGMENTS = "(len($segments::varchar[]) = 0 or list_contains($segments::varchar[], segment))"
_CHANNELS = "(len($channels::varchar[]) = 0 or list_contains($channels::varchar[], channel))"
_NARROWED = f"{_MONTHS} and {_CHANNELS} and {_SEGMENTS}"


@st.cache_data(show_spinner=False, max_entries=20)
def months(serving: Serving) -> pd.DataFrame:
    """Months with contacts or costs: month, is_complete_month."""
    return ask(serving, "select month, is_complete_month from monthly_costs order by month")


@st.cache_data(show_spinner=False, max_entries=20)
def filter_values(serving: Serving) -> dict[str, list[str]]:
    """Channels and segments that occur, most frequent first."""
    found = {}
    for column in ("channel", "segment"):
        query = f"select {column} as name from contacts where {column} is not null"
        frame = ask(serving, query + " group by 1 order by count(*) desc")
        found[column] = [str(name) for name in frame["name"]]
    return found


@st.cache_data(show_spinner=False, max_entries=20)
def metrics(serving: Serving) -> pd.DataFrame:
    """The metric contract: one row a metric, indexed by metric_id."""
    return ask(serving, "select * from metrics").set_index("metric_id")


@st.cache_data(show_spinner=False, max_entries=20)
def reason_labels(serving: Serving) -> pd.DataFrame:
    """Labels of contact reasons, indexed by reason_code."""
    query = """
        select reason_code, any_value(label_en) as label_en, any_value(label_de) as label_de
        from contact_reason_months group by reason_code
    """
    return ask(serving, query).set_index("reason_code")


@st.cache_data(show_spinner=False, max_entries=200)
def monthly_costs(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Company-wide costs, customers and contacts by month; no channel, no segment."""
    query = f"select * from monthly_costs where {_MONTHS} order by month"
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def contacts_by_month(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Contacts, their cost and their kinds by month."""
    query = f"""
        select month, count(*) as contact_count, sum(service_cost_amount) as service_cost_amount,
            count(*) filter ({_INBOUND} and is_human_handled) as human_inbound_contact_count,
            count(*) filter (is_value_creating) as value_creating_contact_count,
            count(*) filter ({_INBOUND}) as inbound_contact_count,
            count(*) filter ({_INBOUND} and demand_type = 'failure') as failure_contact_count,
            count(*) filter ({_INBOUND} and demand_type <> 'unclassified')
                as classified_contact_count
        from contacts where {_NARROWED} group by month order by month
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def cost_by_channel(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Contacts and cost by channel, dearest first."""
    query = f"""
        select channel, count(*) as contact_count, sum(service_cost_amount) as service_cost_amount
        from contacts where {_NARROWED} group by channel order by service_cost_amount desc
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def cost_spread(serving: Serving, filters: Filters) -> pd.DataFrame:
    """One row: the spread of service cost over contacting customers."""
    query = f"""
        with served as (
            select party_id, sum(service_cost_amount) as cost, sum(margin_amount) as margin
            from customer_costs where {_MONTHS} and {_SEGMENTS}
            group by party_id having sum(service_cost_amount) > 0
        ),
        ranked as (
            select cost, margin, ntile(10) over (order by cost desc) as tenth from served
        )
        select
            count(*) as customer_count, sum(cost) as total_amount,
            median(cost) as median_amount, quantile_cont(cost, 0.9) as p90_amount,
            sum(cost) filter (tenth = 1) as top_tenth_amount,
            count(*) filter (cost > margin) as unprofitable_count
        from ranked
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def frictions(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Friction by journey step and owner, dearest first; sums over the period."""
    query = f"""
        select
            journey_step, owner_department,
            any_value(label_en) as label_en, any_value(label_de) as label_de,
            sum(failure_contact_count) as failure_contact_count,
            sum(customer_minutes) as customer_minutes,
            sum(waiting_hours) as waiting_hours,
            sum(service_cost_amount) as service_cost_amount,
            sum(compensation_amount) as compensation_amount,
            sum(refund_amount) as refund_amount,
            sum(friction_cost_amount) as friction_cost_amount
        from frictions where {_NARROWED}
        group by journey_step, owner_department
        order by friction_cost_amount desc, journey_step, owner_department
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def journey_flow(serving: Serving, filters: Filters, *, levels: int = 5) -> pd.DataFrame:
    """Transitions by position in the journey, and after how many a contact followed."""
    query = f"""
        with steps as (
            select journey_steps.*, lag(label_en) over journey as from_label_en,
                lag(label_de) over journey as from_label_de
            from journey_steps
            where {_MONTHS} and {_SEGMENTS} and step_number <= $levels
            window journey as (partition by journey_id order by step_number)
        )
        select
            step_number, previous_step as from_step, step as to_step,
            any_value(from_label_en) as from_label_en, any_value(from_label_de) as from_label_de,
            any_value(label_en) as to_label_en, any_value(label_de) as to_label_de,
            count(*) as journey_count,
            count(*) filter (is_mature) as mature_count,
            count(*) filter (is_mature and is_followed_by_contact) as contact_count,
            median(seconds_since_previous) as median_seconds
        from steps
        where step_number > 1 and previous_step is not null and from_label_en is not null
        group by step_number, previous_step, step
        order by journey_count desc, step_number, from_step, to_step
    """
    return ask(serving, query, levels=levels, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=50)
def risky_edges(serving: Serving) -> pd.DataFrame:
    """Transitions of all journeys after which customers contact us, most contacts first."""
    query = """
        select * from journey_edges
        order by contact_within_72h_count desc, from_step, to_step limit 15
    """
    return ask(serving, query)


@st.cache_data(show_spinner=False, max_entries=200)
def resolution(serving: Serving, filters: Filters) -> pd.DataFrame:
    """One row: resolved episodes old enough to judge, solved at first contact, immature."""
    query = f"""
        select
            count(*) filter (not is_mature) as immature_count,
            count(*) filter (is_mature and is_resolved) as resolved_count,
            count(*) filter (is_mature and is_resolved and is_first_contact_resolved) as first_count
        from episodes
        where is_inbound
            and started_at >= $first::date and started_at < $last::date + interval 1 month
            and {_CHANNELS.replace(" channel)", " first_channel)")} and {_SEGMENTS}
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=50)
def experience_drift(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Customer effort and recommendation by month with the drift alert."""
    query = f"select * from experience_drift where {_MONTHS} and segment = 'all' order by month"
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=200)
def reasons(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Contact reasons over the period: volume and cost follow all filters, the rest the period."""
    query = f"""
        with volumes as (
            select
                reason_code,
                count(*) as contact_count,
                count(*) filter (is_repeat) as repeat_contact_count,
                sum(customer_minutes) as customer_minutes,
                sum(service_cost_amount) as service_cost_amount
            from contacts where {_NARROWED} and {_INBOUND} group by reason_code
        ),
        judged as (
            select
                reason_code, any_value(label_en) as label_en, any_value(label_de) as label_de,
                any_value(owner_department) as owner_department,
                any_value(quadrant) as quadrant,
                avg(is_disagreement::integer) >= 0.5 as is_disagreement,
                sum(offer_count) as offer_count,
                sum(accepted_offer_count) as accepted_offer_count,
                sum(accepted_offer_amount) as accepted_offer_amount,
                sum(automation_gain_amount) as automation_gain_amount,
                count(distinct month) as month_count
            from contact_reason_months where {_MONTHS} group by reason_code
        )
        select judged.*, volumes.* exclude (reason_code)
        from judged inner join volumes on judged.reason_code = volumes.reason_code
        order by service_cost_amount desc, judged.reason_code
    """
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=50)
def triggers(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Open triggers in order of priority; a worklist has no period, but it has segments."""
    query = f"select * from triggers where is_open and {_SEGMENTS} order by priority_number"
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=100)
def events_by_key(serving: Serving, event_keys: tuple[str, ...]) -> pd.DataFrame:
    """The named events, in order of time."""
    query = """
        select * from events where list_contains($event_keys::varchar[], event_key)
        order by occurred_at, sequence, event_type_rank, event_key
    """
    return ask(serving, query, event_keys=list(event_keys))


@st.cache_data(show_spinner=False, max_entries=100)
def contacts_in(
    serving: Serving, filters: Filters, slice_name: str, value: str = "", second: str = ""
) -> pd.DataFrame:
    """Up to 100 contacts behind a number, dearest first, with total_count of all."""
    query = f"""
        select contact_id, case_id, party_id, channel, reason_code, owner_department, demand_type,
            customer_minutes, service_cost_amount, started_at, source_url,
            count(*) over () as total_count
        from contacts where {_NARROWED} and {SLICES[slice_name]}
        order by service_cost_amount desc, contact_id limit 100
    """
    return ask(serving, query, value=value, second=second, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=100)
def case(serving: Serving, case_id: str) -> pd.DataFrame:
    """One case, or no row."""
    return ask(serving, "select * from cases where case_id = $case_id", case_id=case_id)


@st.cache_data(show_spinner=False, max_entries=100)
def events_of(serving: Serving, *, case_id: str = "", contact_id: str = "") -> pd.DataFrame:
    """Up to 500 events of a case or a contact, in order of time."""
    query = """
        select * from events
        where ($case_id <> '' and case_id = $case_id)
            or ($contact_id <> '' and contact_id = $contact_id)
        order by occurred_at, sequence, event_type_rank, event_key limit 500
    """
    return ask(serving, query, case_id=case_id, contact_id=contact_id)


@st.cache_data(show_spinner=False, max_entries=20)
def source_lateness(serving: Serving) -> pd.DataFrame:
    """Lateness and last arrival by source."""
    return ask(serving, "select * from source_lateness order by source")


@st.cache_data(show_spinner=False, max_entries=20)
def quarantine(serving: Serving) -> pd.DataFrame:
    """What was not let in: rows by source, stage and code."""
    return ask(serving, "select * from quarantine_reasons order by row_count desc, source, code")


@st.cache_data(show_spinner=False, max_entries=20)
def receipts(serving: Serving) -> pd.DataFrame:
    """The last fifty inputs with their counts."""
    return ask(serving, "select * from receipts order by committed_at desc limit 50")
