"""What the documentation's numbers are measured with; results lie in ``results``."""
