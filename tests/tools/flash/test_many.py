"""Several boards at once: results in their order, errors where they belong, standard output as it was."""

import sys
from threading import Barrier

import pytest
from corolle_tools.flash.errors import Lost
from corolle_tools.flash.many import Quiet, at_once


def test_all_are_at_work_at_the_same_time_and_are_told_in_their_order():
    all_here = Barrier(5, timeout=20)  # one after the other, the first would wait for ever

    def work(number: int) -> int:
        all_here.wait()
        return number * number

    assert at_once(work, range(5)) == [0, 1, 4, 9, 16]


def test_an_error_of_one_is_raised_to_whoever_waits():
    def work(number: int) -> None:
        if number:
            raise Lost("gone")

    with pytest.raises(Lost, match="gone"):
        at_once(work, [0, 1])


def test_whoever_leaves_first_does_not_bring_the_words_of_the_others_back(capsys):
    quiet, both_in, first_out = Quiet(), Barrier(2, timeout=20), Barrier(2, timeout=20)

    def work(is_first: bool) -> None:
        with quiet:
            both_in.wait()
            if is_first:
                print("not heard")
            else:
                first_out.wait()
                print("not heard")
        if is_first:
            first_out.wait()

    before = sys.stdout
    at_once(work, [True, False])
    assert sys.stdout is before
    print("heard")
    assert capsys.readouterr().out == "heard\n"
