"""A run measured, a file for each family of numbers: a list of ``Metric`` each."""
