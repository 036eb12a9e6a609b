"""One script per revision, the number first."""
