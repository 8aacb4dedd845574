"""What comes in from people on the pages of agreements, by subject."""
