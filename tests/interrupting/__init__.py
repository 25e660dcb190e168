"""What tests of interruptions share: commands in processes that can be killed at any moment."""
