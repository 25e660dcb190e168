"""The door `topicart train`."""
