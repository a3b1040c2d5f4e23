"""Rotation of MySQL and MariaDB users."""
