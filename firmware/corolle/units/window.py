"""How much came together in the last hour or day: never less than the truth, in a handful of buckets."""


class Window:
    """A sliding sum over `buckets` of `bucket_s` seconds each, and one more that is still filling."""

    def __init__(self, bucket_s: int, buckets: int):
        self._bucket_s = bucket_s
        self._amounts = [0] * (buckets + 1)
        self._newest = 0  # number of the bucket that is filling, since second 0

    def add(self, now_s: int, amount: int) -> None:
        """Something came."""
        self._turn(now_s)
        self._amounts[self._newest % len(self._amounts)] += amount

    def total(self, now_s: int) -> int:
        """What came in the window, and up to one bucket before it."""
        self._turn(now_s)
        return sum(self._amounts)

    def _turn(self, now_s: int) -> None:
        bucket = now_s // self._bucket_s
        for number in range(self._newest + 1, min(bucket, self._newest + len(self._amounts)) + 1):
            self._amounts[number % len(self._amounts)] = 0
        self._newest = max(bucket, self._newest)
