"""The MQTT topics of one gateway."""


class Topics:
    """corolle/SITE/GATEWAY/UNIT/entity|report|event|alarm|command|ack, and corolle/SITE/GATEWAY/status."""

    def __init__(self, site: str, gateway: str):
        self.site = site
        self._base = f"corolle/{site}/{gateway}"
        self.status = f"{self._base}/status"
        self.alarms = f"{self._base}/alarms"
        self.commands = f"{self._base}/+/command"

    def of(self, unit: str, kind: str) -> str:
        """The topic of a unit's messages of a kind."""
        return f"{self._base}/{unit}/{kind}"

    def unit(self, command_topic: str) -> str:
        """The unit whose command topic this is."""
        return command_topic.split("/")[-2]
