"""A passive infrared sensor: its output is high while somebody moves."""


class Pir:
    """One sensor on one pin. `on_change()` is called from the interrupt, so it must be short.

    An interrupt can be lost; whoever calls update() now and then turns that into a delay.
    """

    def __init__(self, pin, on_change):
        self._pin = pin
        self.present = False
        self.passages = 0  # how often somebody came, of whom was heard
        pin.init(pin.IN)
        self.watch(on_change)

    def watch(self, on_change) -> None:
        """Have `on_change` called from now on; None: who comes and goes wakes nobody. The sensor is read."""
        pin, self._on_change = self._pin, on_change
        pin.irq(self._edge if on_change else None, pin.IRQ_RISING | pin.IRQ_FALLING)
        self.update()

    def update(self) -> bool:
        """Read the sensor; True while somebody is there."""
        present = bool(self._pin.value())
        if present and not self.present:
            self.passages += 1
        self.present = present
        return present

    def _edge(self, pin) -> None:
        self.update()
        self._on_change()
