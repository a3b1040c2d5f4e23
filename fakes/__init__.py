"""Stand-ins that tests and benchmarks share: Secrets Manager in memory, a database with logins."""
