"""Letters of a case: declared as data, composed from the record, checked, signed, numbered, sealed, served, archived."""
