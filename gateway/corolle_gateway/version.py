"""Which version of the gateway this is."""


def version() -> str:
    """As it was installed."""
    from importlib.metadata import version as of  # two megabytes, for whoever asks

    return of("corolle")
