"""包案: sponsored matters and their ledger."""
