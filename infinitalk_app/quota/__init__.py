"""Limits: on the owner's money, on uploads, and on requests for balances; and who counts as one visitor."""
