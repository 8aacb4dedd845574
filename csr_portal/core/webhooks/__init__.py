"""Webhooks: other systems hear of a change by a signed POST. Mechanics only; the apps name their events."""
