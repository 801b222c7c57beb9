#!/bin/sh
# Makes .venv from the first Python that can, and installs the project with one of its extras: sh bootstrap.sh EXTRA
set -eu

extra=$1
least="3.11"

say() { echo "corolle: $*" >&2; }

# A name on the PATH proves nothing (version managers leave stand-ins there): each candidate is asked.
first_that() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$python" -c "$1" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

new_enough="import sys; sys.exit(sys.version_info < ($(echo $least | tr . ,)))"

make_venv() {
    if ! first_that "$new_enough" >/dev/null; then
        say "needs Python $least or newer; found $(python3 --version 2>/dev/null || echo none)."
        say "Install one, or name it: make PYTHON=/path/to/python3 ..."
        exit 1
    fi
    if ! python=$(first_that "$new_enough; import venv, ensurepip"); then
        say "$(first_that "$new_enough") has no venv module. On Debian, Ubuntu or Raspberry Pi OS:"
        say "    sudo apt install python3-venv"
        exit 1
    fi
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
}

# A .venv whose Python has been upgraded away, or whose folder was moved, is made anew.
if ! .venv/bin/python -c "" 2>/dev/null || ! grep -qF "$(pwd -P)/.venv/" .venv/bin/pip; then
    make_venv
fi

say "installing the packages of [$extra] into .venv"
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extra]" 2>.venv/pip.log; then
    cat .venv/pip.log >&2
    say "pip could not install the packages: is the network there?"
    exit 1
fi
# What stands in for BlueZ in the tests speaks D-Bus by Debian's own bindings, so it has an environment of its own
# beside them. It is LGPL: nothing of ours loads it. Without the bindings those tests are skipped.
if [ "$extra" = test ] && /usr/bin/python3 -c "import dbus, gi, venv, ensurepip" 2>/dev/null; then
    /usr/bin/python3 -m venv --system-site-packages .venv/dbusmock
    .venv/dbusmock/bin/python -m pip install --quiet --disable-pip-version-check python-dbusmock==0.38.1
fi
# Stubs of two MCUs are files of the same names: those that are not the ESP32's lie beside the others.
if [ "$extra" = test ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
        --target .venv/stubs/esp32s3 micropython-esp32-esp32-generic-s3-stubs==1.29.0.post1
fi
touch ".venv/.has-$extra"
[ "$extra" != test ] || touch .venv/.has-tools # [test] holds [tools]
