"""What comes in from people on the pages of suppliers, by subject."""
