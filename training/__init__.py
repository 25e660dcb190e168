"""Teaching encoders.

``training.mini`` makes the encoder that is bundled with topicart, from packaged ImageNet and
sentence weights and from paintings; run it as ``python -m training.mini``.
"""

__all__: list[str] = []
