"""What all SQL targets share: credentials, names, passwords, strategies; no driver."""
