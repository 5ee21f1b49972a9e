"""Zendesk's vocabulary in the catalogue's words: channels, statuses, priorities, roles, metrics."""

from __future__ import annotations

from ingestion.sources.zendesk.values import word

_CHANNELS = {
    "email": "email mail mailgun connect_mail recovered_from_suspended_tickets",
    "phone": "voice phone phone_call phone_call_inbound phone_call_outbound voicemail talk "
    "api_phone_call_inbound api_phone_call_outbound api_voicemail",
    "chat": "chat live_chat chat_transcript chat_offline_message zopim",
    "messenger": "native_messaging messaging web_messaging whatsapp telegram viber wechat line "
    "kakaotalk facebook_messenger facebook_message sunshine_conversations_facebook_messenger "
    "sunshine_conversations_twitter_dm sunshine_conversations_api twitter_dm instagram_dm "
    "apple_business_chat google_business_messages google_rcs mobile_messaging slack "
    "business_messaging_slack_connect messagebird_sms_channel",
    "sms": "sms text text_message twilio_sms messagebird_sms connect_sms",
    "social": "facebook facebook_post facebook_page twitter twitter_favorite x x_corp instagram "
    "any_channel",
    "app": "mobile mobile_sdk iphone android ipad windows_phone blackberry",
    "bot": "answer_bot answer_bot_api answer_bot_for_agents answer_bot_for_sdk "
    "answer_bot_for_slack answer_bot_for_web_widget automatic_solution_suggestions",
    "web_form": "web web_form web_service api web_widget help_center helpcenter dropbox "
    "closed_ticket forum topic blog import batch sample_ticket sample_interactive_ticket "
    "rule system side_conversation lotus merge ticket_sharing resource_push github "
    "monitor_event linked_problem logmein_rescue logmein symphony omnichannel get_satisfaction",
}
_CHANNEL_OF = {name: ours for ours, names in _CHANNELS.items() for name in names.split()}

STATUSES = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "on_hold",
    "on_hold": "on_hold",
    "solved": "solved",
    "closed": "closed",
    "archived": "closed",
    "deleted": "closed",  # leaves the backlog; Zendesk keeps no other trace of it
    "scrubbed": "closed",
}
PRIORITIES = {
    "low": "low",
    "normal": "normal",
    "medium": "normal",
    "high": "high",
    "urgent": "urgent",
}
METRICS = {
    "requester_wait_time": "requester_wait",
    "agent_work_time": "agent_work",
    "resolution_time": "resolution",
    "total_resolution_time": "resolution",
    "first_reply_time": "first_reply",
    "next_reply_time": "next_reply",
}
_STAFF = frozenset(
    "agent admin administrator owner light_agent advisor staff team_lead contributor "
    "billing_admin custom_agent".split()
)
# Channels in which only customers begin to write.
CUSTOMER_CHANNELS = frozenset(
    "email mail mobile_sdk web_widget help_center helpcenter sms text chat live_chat voicemail "
    "native_messaging messaging whatsapp facebook twitter".split()
)
# Channels in which no person acts.
AUTOMATIC_CHANNELS = frozenset("rule rule_revision system batch import monitor_event".split())


# Parts of names that tell the channel of ways that are not listed (new integrations).
_PARTS = {
    "bot": "bot",
    "mail": "email",
    "voice": "phone",
    "phone": "phone",
    "call": "phone",
    "sms": "sms",
    "messag": "messenger",
    "whatsapp": "messenger",
    "sunshine": "messenger",
    "dm": "messenger",
    "chat": "chat",
    "facebook": "social",
    "twitter": "social",
    "instagram": "social",
    "mobile": "app",
    "sdk": "app",
    "web": "web_form",
    "help": "web_form",
    "api": "web_form",
}


def channel(via: object) -> str | None:
    """The contact channel of a `via.channel` ("web", "Mail", "phone_call_inbound")."""
    named = word(via)
    guessed = next((ours for part, ours in _PARTS.items() if part in named), None)
    return _CHANNEL_OF.get(named) or guessed


def metric(name: object, instance: int | None) -> str | None:
    """The clock of an SLA metric; a reply time's first instance is the first reply."""
    found = word(name)
    if found == "reply_time":
        return "next_reply" if instance and instance > 1 else "first_reply"
    return METRICS.get(found)


def role(name: object) -> str | None:
    """`customer` or `agent` for a user's role; None where it is not told."""
    found = word(name)
    if found in ("end_user", "not_set", "end_users"):
        return "customer"
    return "agent" if found in _STAFF or found.endswith("agent") or found == "team_member" else None
