"""``python -m topicart``, and ``accelerate launch -m topicart``: the command ``topicart``."""

from topicart.cli import main

if __name__ == "__main__":
    main()
