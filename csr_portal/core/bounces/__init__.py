"""Mails that came back: reading delivery reports from a mailbox, and noting them at the notice they were about."""
