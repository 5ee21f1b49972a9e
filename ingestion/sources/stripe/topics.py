"""Which topic of Stripe says what: the authority for each fact, and why others are not used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ingestion.sources.adapter import Outcome, Unused
from ingestion.sources.stripe import intents, invoices, payments, refunds, subscriptions
from ingestion.sources.stripe.values import Telling

Handler = Callable[[Telling], Iterator[Outcome]]

_BY_CHARGE = payments.BY_CHARGE
_BY_DISPUTE = Unused("covered by charge.dispute.created and charge.dispute.closed")
_DRAFT = invoices.DRAFT
_BY_PHASE = subscriptions.BY_SUBSCRIPTION


def _no_type(name: str) -> Unused:
    return Unused(f"no event type: {name}")


# topic → what reads it and the event types that it gives, or why it is not used
_USED: dict[str, tuple[Handler, tuple[str, ...]]] = {
    "charge.succeeded": (payments.charge_succeeded, ("payment.succeeded", "payment.authorized")),
    "charge.captured": (payments.charge_captured, ("payment.succeeded",)),
    "charge.failed": (payments.charge_failed, ("payment.failed",)),
    "charge.expired": (payments.charge_expired, ("payment.expired",)),
    "charge.refunded": (payments.charge_refunded, ("refund.issued", "payment.expired")),
    "charge.refund.updated": (refunds.refund, ("refund.issued",)),
    "refund.created": (refunds.refund, ("refund.issued",)),
    "refund.updated": (refunds.refund, ("refund.issued",)),
    "refund.failed": (refunds.refund, ("refund.issued",)),
    "charge.dispute.created": (refunds.dispute_opened, ("dispute.opened",)),
    "charge.dispute.closed": (refunds.dispute, ("dispute.opened", "dispute.closed")),
    "payment_intent.succeeded": (intents.intent_succeeded, ("payment.succeeded",)),
    "payment_intent.payment_failed": (intents.intent_failed, ("payment.failed",)),
    "invoice.created": (invoices.created, ("invoice.issued",)),
    "invoice.finalized": (invoices.issued, ("invoice.issued",)),
    "invoice.paid": (invoices.paid, ("payment.succeeded",)),
    "invoice.payment_succeeded": (invoices.payment_succeeded, ()),
    "invoice.payment_failed": (invoices.payment_failed, ("payment.failed",)),
    "invoice_payment.paid": (intents.booked, ("payment.allocated", "payment.succeeded")),
    "invoice.voided": (invoices.voided, ("invoice.voided",)),
    "credit_note.created": (invoices.credit_note, ("invoice.issued",)),
    "credit_note.voided": (invoices.voided, ("invoice.voided",)),
    "customer.created": (subscriptions.customer, ("party.identified",)),
    "customer.updated": (subscriptions.customer, ("party.identified",)),
    "customer.subscription.created": (subscriptions.created, ("subscription.started",)),
    "customer.subscription.updated": (
        subscriptions.updated,
        ("subscription.started", "subscription.changed"),
    ),
    "customer.subscription.deleted": (subscriptions.deleted, ("subscription.ended",)),
}
_UNUSED: dict[str, Unused] = {
    "charge.pending": payments.OPEN,
    "charge.updated": Unused("covered by charge.succeeded, charge.captured and charge.failed"),
    "charge.dispute.updated": _BY_DISPUTE,
    "charge.dispute.funds_withdrawn": _BY_DISPUTE,
    "charge.dispute.funds_reinstated": _BY_DISPUTE,
    "payment_intent.created": payments.OPEN,
    "payment_intent.processing": payments.OPEN,
    "payment_intent.requires_action": payments.OPEN,
    "payment_intent.partially_funded": payments.OPEN,
    "payment_intent.amount_capturable_updated": _BY_CHARGE,
    "payment_intent.canceled": Unused("covered by charge.expired: no money moved"),
    "invoice.updated": Unused("covered by the other topics of the invoice"),
    "invoice.deleted": _DRAFT,
    "invoice.upcoming": _DRAFT,
    "invoice.sent": _no_type("invoice.sent"),
    "invoice.marked_uncollectible": _no_type("invoice.marked_uncollectible"),
    "invoice.overdue": _no_type("invoice.overdue"),
    "invoice.overpaid": _no_type("invoice.overpaid"),
    "invoice.will_be_due": _no_type("invoice.will_be_due"),
    "invoice.finalization_failed": _DRAFT,
    "invoice.payment_action_required": payments.OPEN,
    "invoice.payment_attempt_required": payments.OPEN,
    "credit_note.updated": Unused("covered by credit_note.created"),
    "customer.deleted": Unused("topic not used: customer.deleted"),
    "customer.subscription.paused": _no_type("subscription.paused"),
    "customer.subscription.resumed": _no_type("subscription.resumed"),
    "customer.subscription.trial_will_end": Unused("a reminder, no fact of the subscription"),
    "customer.subscription.pending_update_applied": _BY_PHASE,
    "customer.subscription.pending_update_expired": subscriptions.SAME_TERMS,
    "subscription_schedule.aborted": _BY_PHASE,
    "subscription_schedule.canceled": _BY_PHASE,
    "subscription_schedule.completed": _BY_PHASE,
    "subscription_schedule.created": _BY_PHASE,
    "subscription_schedule.expiring": _BY_PHASE,
    "subscription_schedule.released": _BY_PHASE,
    "subscription_schedule.updated": _BY_PHASE,
}
# families of topics that say nothing of a customer's journey
_OTHERS = (
    "account", "application_fee", "balance", "billing_portal", "checkout.session", "coupon",
    "customer.discount", "customer.source", "customer.tax_id", "invoiceitem", "mandate",
    "payment_link", "payment_method", "payout", "plan", "price", "product", "promotion_code",
    "quote", "radar", "review", "setup_intent", "source", "tax_rate", "topup", "transfer",
)  # fmt: skip

HANDLERS: Mapping[str, Handler | Unused] = {
    **{topic: handler for topic, (handler, _) in _USED.items()},
    **_UNUSED,
}
TOPICS: Mapping[str, tuple[str, ...] | Unused] = {
    **{topic: kinds for topic, (_, kinds) in _USED.items() if kinds},
    "invoice.payment_succeeded": _BY_CHARGE,
    **_UNUSED,
    **{f"{family}.*": Unused(f"topic not used: {family}.*") for family in _OTHERS},
}


def unused(topic: str) -> Unused:
    """The reason for a topic that nothing reads."""
    return Unused(f"topic not used: {topic}")


def intent(_: Telling) -> Iterator[Outcome]:
    """A payment intent of a list does not tell when it came to its state; its charges do."""
    yield _BY_CHARGE


def schedule(_: Telling) -> Iterator[Outcome]:
    """What is planned is no fact yet; the subscription tells when it comes."""
    yield _BY_PHASE


# object of a list or a table → what reads it as it is
OBJECTS: Mapping[str, Handler] = {
    "charge": payments.charge,
    "refund": refunds.refund,
    "dispute": refunds.dispute,
    "payment_intent": intent,
    "invoice": invoices.invoice,
    "invoice_payment": intents.booked,
    "credit_note": invoices.credit_note,
    "subscription": subscriptions.subscription,
    "subscription_schedule": schedule,
    "customer": subscriptions.customer,
}
