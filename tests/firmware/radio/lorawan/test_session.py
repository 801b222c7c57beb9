"""What a session keeps over a power cut."""

from corolle.radio.lorawan.session import Session, forget, load
from lora_network import Flash, PowerCut, loaded


def _session(flash):
    session = Session(flash, 0x26012E43, b"n" * 16, b"a" * 16)
    session.f_cnt_down = 7
    session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz = 1, 3, 869_525_000
    session.rx1_delay_s, session.data_rate, session.tx_power = 2, 5, 3
    session.nb_trans, session.max_duty_cycle = 2, 4
    session.add_channel(3, 867_100_000, 0, 5)
    session.ch_mask = 0x000A
    session.save()
    return session


def test_all_of_it_comes_back():
    flash = Flash()
    saved = _session(flash)
    found = loaded(flash)
    for name in (
        "dev_addr",
        "f_cnt_down",
        "rx1_dr_offset",
        "rx2_dr",
        "rx2_freq_hz",
        "rx1_delay_s",
        "data_rate",
        "tx_power",
        "nb_trans",
        "max_duty_cycle",
        "channels",
        "ch_mask",
    ):
        assert getattr(found, name) == getattr(saved, name), name
    assert found.nwk_key.encrypt(bytes(16)) == saved.nwk_key.encrypt(bytes(16))
    assert found.app_key.encrypt(bytes(16)) == saved.app_key.encrypt(bytes(16))
    assert found.nwk_key.encrypt(bytes(16)) != found.app_key.encrypt(bytes(16))


def test_nothing_kept_or_another_layout_is_no_session():
    assert load(Flash()) is None
    flash = Flash()
    _session(flash)
    flash.records["lorawan"] = b"\xff" + flash.records["lorawan"][1:]
    assert load(flash) is None
    _session(flash)
    forget(flash)
    assert load(flash) is None


def test_flash_is_written_once_a_block_of_32_uplinks():
    flash = Flash()
    session = _session(flash)
    writes = flash.writes
    assert [session.take_f_cnt_up() for _ in range(320)] == list(range(320))
    assert flash.writes - writes == 9


def test_no_uplink_counter_twice_wherever_the_power_is_cut():
    for after in (False, True):
        used = set()
        flash = Flash()
        _session(flash)
        for cut_at in (0, 1, 2, 3, 1, 2):
            flash = Flash(flash.records, cut_at, after)
            session = loaded(flash)
            try:
                for _ in range(50):
                    f_cnt = session.take_f_cnt_up()
                    assert f_cnt not in used
                    used.add(f_cnt)
            except PowerCut:
                continue
        assert len(used) > 100


def test_where_rx1_is_survives_and_ends_with_its_channel():
    flash = Flash()
    session = _session(flash)
    session.add_channel(4, 867_300_000, 0, 5)
    session.rx1_hz[867_300_000] = session.rx1_hz[868_100_000] = 869_525_000
    session.save()
    found = loaded(flash)
    assert found.rx1_hz == {867_300_000: 869_525_000, 868_100_000: 869_525_000}
    assert found.channels == session.channels
    found.add_channel(4, 867_300_000, 0, 5)
    assert found.rx1_hz == {868_100_000: 869_525_000}
