"""A visitor's files on their way to the service: checked, cleaned, and published at an address."""
