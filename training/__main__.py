"""``python -m training`` and ``accelerate launch -m training``: the door ``topicart train``."""

from topicart.cpu import wait_without_spinning
from topicart.train_cli import main

if __name__ == "__main__":
    wait_without_spinning()
    main()
