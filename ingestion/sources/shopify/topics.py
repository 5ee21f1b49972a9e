"""Which topics Shopify has, and what becomes of each; knows no payload."""

from __future__ import annotations

from ingestion.sources.adapter import Unused

_SHIPMENT = ("shipment.dispatched",)
_REFUND = ("refund.issued", "return.received")
_ORDER = ("order.placed", "order.cancelled", *_SHIPMENT, *_REFUND)
_PAYMENT = ("payment.succeeded", "payment.failed", "payment.authorized", "payment.expired")
_CUSTOMER = ("account.created", "party.identified")

# topic of a webhook, or name of a list of the API → (what a record is, event types)
_RECORDS = {
    "order": ("order", _ORDER),
    "order_transactions": ("transaction", _PAYMENT),
    "refunds": ("refund", _REFUND),
    "fulfillments": ("fulfillment", _SHIPMENT),
    "fulfillment_events": ("fulfillment_event", ("shipment.status_updated",)),
    "customers": ("customer", _CUSTOMER),
    "disputes": ("dispute", ("dispute.opened", "dispute.closed")),
}
_USED = {
    "orders": ("order", (*_ORDER, *_PAYMENT, "shipment.status_updated")),
    **{f"orders/{verb}": _RECORDS["order"] for verb in "create updated paid cancelled".split()},
    **{f"orders/{verb}": _RECORDS["order"] for verb in "fulfilled partially_fulfilled".split()},
    "order_transactions": _RECORDS["order_transactions"],
    "order_transactions/create": _RECORDS["order_transactions"],
    "refunds": _RECORDS["refunds"],
    "refunds/create": _RECORDS["refunds"],
    "fulfillments": _RECORDS["fulfillments"],
    "fulfillments/create": _RECORDS["fulfillments"],
    "fulfillments/update": _RECORDS["fulfillments"],
    "fulfillment_events": _RECORDS["fulfillment_events"],
    "fulfillment_events/create": _RECORDS["fulfillment_events"],
    "customers": _RECORDS["customers"],
    **{
        f"customers/{verb}": _RECORDS["customers"]
        for verb in "create update enable disable".split()
    },
    "disputes": _RECORDS["disputes"],
    "disputes/create": _RECORDS["disputes"],
    "disputes/update": _RECORDS["disputes"],
    "customers/merge": ("merge", ("party.identified",)),
}
_COVERED = {
    "orders/edited": "orders/updated",
    "returns/close": "refunds/create",
    "returns/process": "refunds/create",
    "tender_transactions/create": "order_transactions/create",
}
_NOT_USED = {
    "app": "uninstalled scopes_update",
    "app_purchases_one_time": "update",
    "app_subscriptions": "approaching_capped_amount update",
    "audit_events": "admin_api_activity",
    "bulk_operations": "finish",
    "carts": "create update",
    "channels": "delete",
    "checkouts": "create delete update",
    "collection_listings": "add remove update",
    "collection_publications": "create delete update",
    "collections": "create delete update",
    "companies": "create delete update",
    "company_contact_roles": "assign revoke",
    "company_contacts": "create delete update",
    "company_locations": "create delete update",
    "customer": "joined_segment left_segment tags_added tags_removed",
    "customer_account_settings": "update",
    "customer_groups": "create delete update",
    "customer_payment_methods": "create revoke update",
    "customers": "delete data_request purchasing_summary redact",
    "customers_email_marketing_consent": "update",
    "customers_marketing_consent": "update",
    "delivery_promise_settings": "update",
    "discounts": "create delete redeemcode_added redeemcode_removed update",
    "domains": "create destroy update",
    "draft_orders": "create delete update",
    "finance_app_staff_member": "delete grant revoke update",
    "finance_kyc_information": "update",
    "fulfillment_events": "delete",
    "fulfillment_holds": "added released",
    "fulfillment_orders": (
        "cancellation_request_accepted cancellation_request_rejected "
        "cancellation_request_submitted cancelled fulfillment_request_accepted "
        "fulfillment_request_rejected fulfillment_request_submitted "
        "fulfillment_service_failed_to_complete hold_released "
        "line_items_prepared_for_local_delivery line_items_prepared_for_pickup "
        "manually_reported_progress_stopped merged moved order_routing_complete placed_on_hold "
        "progress_reported rescheduled scheduled_fulfillment_order_ready split"
    ),
    "inventory_items": "create delete update",
    "inventory_levels": "connect disconnect update",
    "inventory_shipments": (
        "add_items create delete mark_in_transit receive_items remove_items "
        "update_item_quantities update_tracking"
    ),
    "inventory_transfers": (
        "add_items cancel complete ready_to_ship remove_items update_item_quantities"
    ),
    "locales": "create destroy update",
    "locations": "activate create deactivate delete update",
    "markets": "create delete update",
    "markets_backup_region": "update",
    "metafield_definitions": "create delete update",
    "metaobjects": "create delete update",
    "orders": "delete link_requested risk_assessment_changed shopify_protect_eligibility_changed",
    "payment_schedules": "due",
    "payment_terms": "create delete update",
    "product_feeds": "create full_sync full_sync_finish incremental_sync update",
    "product_listings": "add remove update",
    "product_publications": "create delete update",
    "products": "create delete update",
    "profiles": "create delete update",
    "returns": "approve cancel decline reopen request update",
    "reverse_deliveries": "attach_deliverable",
    "reverse_fulfillment_orders": "dispose",
    "scheduled_product_listings": "add remove update",
    "segments": "create delete update",
    "selling_plan_groups": "create delete update",
    "shipping_addresses": "create update",
    "shop": "redact update",
    "subscription_billing_attempts": "challenged failure success",
    "subscription_billing_cycle_edits": "create delete update",
    "subscription_billing_cycles": "skip unskip",
    "subscription_contracts": "activate cancel create expire fail pause update",
    "tax_services": "create update",
    "themes": "create delete publish update",
    "variants": "in_stock out_of_stock",
}


def not_used(topic: str) -> Unused:
    """The reason of a topic that says nothing we keep."""
    covering = _COVERED.get(topic)
    return Unused(f"covered by {covering}" if covering else f"topic not used: {topic}")


KINDS = {topic: kind for topic, (kind, _) in _USED.items()}
TOPICS: dict[str, tuple[str, ...] | Unused] = {
    **{topic: types for topic, (_, types) in _USED.items()},
    **{topic: not_used(topic) for topic in _COVERED},
    **{
        topic: not_used(topic)
        for noun, verbs in _NOT_USED.items()
        for topic in (
            f"{noun}.{verb}" if noun == "customer" else f"{noun}/{verb}" for verb in verbs.split()
        )
    },
}
_BY_LETTERS = {"".join(filter(str.isalpha, topic)): topic for topic in TOPICS}


def known(topic: str | None) -> str | None:
    """A topic as told (`ORDERS_CREATE`, `orders/create`), in its usual spelling."""
    if not topic:
        return None
    plain = topic.strip().lower()
    return plain if plain in TOPICS else _BY_LETTERS.get("".join(filter(str.isalpha, plain)), plain)
