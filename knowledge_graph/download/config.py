"""How pictures are to be downloaded."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from pydantic import BaseModel, ConfigDict, Field

_HEADER = r"^[ -~]{1,200}$"


class DownloadConfig(BaseModel):
    """What is asked for, how much is taken, and how politely."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=1024, ge=16, le=20_000)
    """Longest side in pixels that is asked of servers which can scale (IIIF, Wikimedia)."""
    most_bytes: int = Field(default=50 * 2**20, ge=1)
    """A larger picture is not taken."""
    rate: float = Field(default=5.0, gt=0.0, le=1000.0)
    """Requests per second to any one host."""
    connections: int = Field(default=4, ge=1, le=64)
    """Pictures that are fetched at the same time, over all hosts."""
    retries: int = Field(default=4, ge=0, le=20)
    """How often a picture is tried again after an error that may pass."""
    timeout_s: float = Field(default=30.0, gt=0.0, le=3600.0)
    """Longest silence of a server; a whole picture may take twenty times as long."""
    allow_private: bool = False
    """Fetch from this machine and its local network too, which a stranger's table could abuse."""
    contact: str | None = Field(default=None, pattern=_HEADER)
    """An e-mail or web address of yours, told to the servers; Wikimedia's rules ask for one."""
    user_agent: str | None = Field(default=None, pattern=_HEADER)
    """Told instead of topicart's name, its version and ``contact``."""
    proxy: str | None = Field(default=None, pattern=r"^https?://")
    """An HTTP proxy; ``HTTP_PROXY`` and the like are not obeyed by themselves. It is the proxy that
    resolves names then, so that only addresses written as numbers can be checked here."""

    @property
    def agent(self) -> str:
        """The ``User-Agent`` that servers are told.

        Returns
        -------
        str
            Printable ASCII.
        """
        if self.user_agent is not None:
            return self.user_agent
        try:
            name = f"topicart/{version('topicart')}"
        except PackageNotFoundError:
            name = "topicart"
        return f"{name} ({self.contact})" if self.contact else name
