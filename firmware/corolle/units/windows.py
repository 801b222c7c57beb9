"""Sliding sums of what came in the last hour or day, in memory that is taken once."""

from array import array


class Window:
    """A sliding sum over `buckets` of `bucket_s` seconds each, and one more that is still filling."""

    def __init__(self, bucket_s: int, buckets: int):
        self._bucket_s = bucket_s
        self._amounts = array("I", bytes(4 * (buckets + 1)))
        self._newest = 0  # number of the bucket that is filling, since second 0
        self._sum = 0

    def add(self, now_s: int, amount: int) -> None:
        """Something came."""
        self.total(now_s)
        self._amounts[self._newest % len(self._amounts)] += amount
        self._sum += amount

    def total(self, now_s: int) -> int:
        """What came in the window, and up to one bucket before it."""
        bucket = now_s // self._bucket_s
        if bucket > self._newest:
            for number in range(self._newest + 1, min(bucket, self._newest + len(self._amounts)) + 1):
                place = number % len(self._amounts)
                self._sum -= self._amounts[place]
                self._amounts[place] = 0
            self._newest = bucket
        return self._sum
