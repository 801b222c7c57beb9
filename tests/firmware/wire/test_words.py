from corolle.wire import words

_TABLES = (
    words.REASONS,
    words.VERDICTS,
    words.VERBS,
    words.EVENTS,
    words.BOOT_CAUSES,
    words.LAMP_FAULTS,
    words.CANOPY_FAULTS,
)


def test_every_word_comes_back_from_its_code():
    for table in _TABLES:
        for word in words.words(table):
            assert words.word_of(table, words.code_of(table, word)) == word


def test_no_word_twice():
    for table in _TABLES:
        found = words.words(table)
        assert sorted(set(found)) == sorted(found)


def test_blocks_of_reasons_start_where_the_air_expects_them():
    starts = [words.word_of(words.REASONS, code) for code in (0, 16, 32)]
    assert starts == ["unknown", "day", "dry soil"]
    assert words.code_of(words.REASONS, "no flow") == 47


def test_unknown_codes_are_told_as_numbers():
    assert words.word_of(words.REASONS, 9) == "code 9"
    assert words.word_of(words.REASONS, 64) == "code 64"
    assert words.word_of(words.EVENTS, 0) == "code 0"


def test_unknown_words_are_refused_with_the_choice():
    for word in ("", "dimmed", "day|schedule", "sched"):
        try:
            words.code_of(words.REASONS, word)
        except ValueError as error:
            assert "schedule" in str(error)
        else:
            raise AssertionError(word)


def test_flags():
    flags = 1 | 1 << 11
    assert words.words_of(words.LAMP_FAULTS, flags) == ["lampFailure", "radioLost"]
    assert words.words_of(words.LAMP_FAULTS, 0) == []
