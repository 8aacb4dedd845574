"""What people type in on the pages of audits. Rules stay in the workflow; forms check shape and fields."""
