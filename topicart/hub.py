"""Fetch files from the Hugging Face hub: from the local cache first, and never hanging."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from topicart.errors import WriteError

__all__ = [
    "HubFileMissingError",
    "HubUnreachableError",
    "cached_file",
    "fetch_file",
    "progress_bars",
    "require_hub",
]

_PROBE_TIMEOUT_S = 8.0


class HubUnreachableError(ConnectionError):
    """The hub does not answer; the message is what the network said."""


class HubFileMissingError(FileNotFoundError):
    """The hub answers, but has no such file or repository, or does not give it to this user."""


def cached_file(repository: str, names: Sequence[str]) -> Path | None:
    """Find a file of a repository in the local cache, without the network.

    Parameters
    ----------
    repository : str
        ``owner/name``.
    names : sequence of str
        File names, best first.

    Returns
    -------
    Path or None
        The first that is there.
    """
    from huggingface_hub import try_to_load_from_cache

    for name in names:
        found = try_to_load_from_cache(repository, name)
        if isinstance(found, str):
            return Path(found)
    return None


def fetch_file(repository: str, names: Sequence[str]) -> Path:
    """Find a file of a repository in the cache, or download it into the cache.

    ``huggingface_hub`` tries an unreachable hub again for half a minute a file. Here one quick
    question without another try goes first, so that being offline is known within seconds.

    Parameters
    ----------
    repository : str
        ``owner/name``.
    names : sequence of str
        Names of files that serve equally, best first.

    Returns
    -------
    Path
        The file in the cache.

    Raises
    ------
    HubUnreachableError
        If the file is not cached and the hub does not answer.
    HubFileMissingError
        If none of the names is in the repository, or it is private or gated.
    WriteError
        If the disk is full.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    cached = cached_file(repository, names)
    if cached is not None:
        return cached
    for name in names:
        try:
            get_hf_file_metadata(hf_hub_url(repository, name), timeout=_PROBE_TIMEOUT_S)
            return Path(hf_hub_download(repository, name))
        except GatedRepoError as error:
            raise HubFileMissingError(
                f"the repository {repository} is gated: accept its terms on its page, then run "
                "`hf auth login`"
            ) from error
        except (RepositoryNotFoundError, HFValidationError) as error:
            raise HubFileMissingError(
                f"the hub has no repository {repository}, or it is private"
            ) from error
        except LocalEntryNotFoundError as error:  # the connection was lost after the question
            raise HubUnreachableError(_said(error)) from error
        except EntryNotFoundError:
            continue
        # The hub's client has changed its network library, and with it the exceptions, between
        # versions; whatever is left here is a way of not getting an answer.
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise WriteError(
                    f"The disk is full: {name} of {repository} could not be downloaded into the "
                    "Hugging Face cache. Free some space, or point HF_HOME at another disk."
                ) from error
            raise HubUnreachableError(_said(error)) from error
    raise HubFileMissingError(f"the repository {repository} has no file {' or '.join(names)}")


def require_hub(repository: str, weights: Sequence[str]) -> None:
    """Ask the hub quickly, where weights are not in the cache: other libraries ask for a minute.

    Parameters
    ----------
    repository : str
        ``owner/name``.
    weights : sequence of str
        Names of files of which one is loaded next.

    Raises
    ------
    HubUnreachableError
        If none of them is cached and the hub does not answer.
    """
    if cached_file(repository, weights) is None:
        # What is missing there is told by whoever loads it.
        with suppress(HubFileMissingError):
            fetch_file(repository, ["config.json"])


def _said(error: Exception) -> str:
    """An error's text on one line."""
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def progress_bars(shown: bool) -> Iterator[None]:
    """Show the hub's download bars (on standard error) or not, and put the setting back.

    Parameters
    ----------
    shown : bool
        Whether a download shows a bar.

    Yields
    ------
    None
        While the setting holds.
    """
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if shown or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
