"""Switches of a simulated thing: whoever throws one need not tell the thing."""

from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Switch(Generic[T]):
    """An attribute whose change calls the owner's `update()`."""

    def __init__(self, default: T):
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> "Switch[T]": ...

    @overload
    def __get__(self, owner: Any, kind: type) -> T: ...

    def __get__(self, owner: Any, kind: type) -> "T | Switch[T]":
        return self if owner is None else vars(owner).get(self._name, self._default)

    def __set__(self, owner: Any, value: T) -> None:
        vars(owner)[self._name] = value
        owner.update()
