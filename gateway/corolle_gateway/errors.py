"""What stops the gateway from starting."""


class StartError(Exception):
    """Something the operator has to mend first. Its text is a sentence for them."""


class ConfigError(StartError):
    """The configuration, or a file it names, is missing or wrong."""


class StoreError(StartError):
    """The database cannot be used."""
