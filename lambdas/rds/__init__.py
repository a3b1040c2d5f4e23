"""Trust in Amazon RDS."""
