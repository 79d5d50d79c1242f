"""What strangers might try: to spend too much, to steal a key, to look where they should not."""
