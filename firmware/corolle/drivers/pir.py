"""A passive infrared sensor: its output is high while somebody moves."""


class Pir:
    """One sensor on one pin. `on_change()`, which may be changed, is called from the interrupt: be it short.

    An interrupt can be lost; whoever calls update() now and then turns that into a delay.
    """

    def __init__(self, pin, on_change):
        self._pin = pin
        self.on_change = on_change
        self.present = False
        self.passages = 0  # how often somebody came
        pin.init(pin.IN)
        pin.irq(self._edge, pin.IRQ_RISING | pin.IRQ_FALLING)
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
        self.on_change()
