"""The words between a simulated board and its world; read by MicroPython and CPython alike.

A request is `<BBHI>`: operation, a, n (bytes of payload that follow), b. A reply is `<BBH4x8sQ>`: status
(0, or an errno), 1 while interrupts are pending, n (its bytes) and the first eight of them, filled up with
zeros; then the street time before which nothing happens that the board did not do itself. The others of its
bytes follow. Most have no more, and are read at one go.

Up to the time of a reply a board waits without a word. How far it has come it says before its next request.
"""

REQUEST = "<BBHI"
REQUEST_BYTES = 8
REPLY = "<BBH4x8sQ"
REPLY_BYTES = 24
HEAD_BYTES = 8
SHORT_BYTES = 8
FOREVER = 1 << 60  # to the board a number that takes no memory

# Posted: no reply comes.
PIN_OUTPUT = 1  # a = gpio, b = level
PIN_INPUT = 2  # a = gpio, b = 0 none, 1 pull-up, 2 pull-down
PIN_IRQ = 3  # a = gpio, b = trigger mask
PWM = 4  # a = gpio, b = frequency << 16 | duty
WATCHDOG = 5  # b = milliseconds; it begins
RESET = 6  # a = cause, payload = microseconds until it wakes (deep sleep)
RTC_SET = 7  # payload = microseconds since 2000
NVS_COMMIT = 8
UART_OPEN = 9  # a = UART, b = baud rate (0: listen no more), payload = bytes of the receive buffer
UART_WRITE = 10  # a = UART, payload = bytes to send
ONEWIRE_WRITE = 11  # a = gpio, payload = bytes to send
AT = 12  # b = so many pulses of the train were heard, payload = AT_FORMAT

# Called: the board waits for the reply.
BORN = 32  # -> unique id, reset cause, microseconds since power-on
WAIT = 33  # payload = street time to wait for -> street time, then interrupt records
TAKE = 34  # -> interrupt records
PIN_LEVEL = 35  # a = gpio -> level
ADC = 36  # a = gpio -> microvolts
I2C = 37  # a = bus, b = address << 16 | bytes to read, payload = bytes to write -> bytes read
SPI = 38  # a = bus, payload = out -> in
RTC = 39  # -> microseconds since 2000
FLASH_READ = 40  # a unused, b = address, payload = length -> bytes
FLASH_WRITE = 41  # b = address, payload = bytes
FLASH_ERASE = 42  # b = block
NVS_GET = 43  # payload = key -> value
NVS_SET = 44  # payload = length of key, key, value
NVS_ERASE = 45  # payload = key
RTC_MEMORY_GET = 46
RTC_MEMORY_SET = 47
RANDOM = 48  # b = how many bytes -> bytes
UART_ANY = 49  # a = UART -> how many bytes have come
UART_READ = 50  # a = UART, b = most bytes -> bytes
ONEWIRE_RESET = 51  # a = gpio -> 1 when a chip answers, else 0
ONEWIRE_READ = 52  # a = gpio, b = how many bytes -> bytes
BLE = 53  # a = a BLE_ word, b and payload as it says -> as it says
BLE_TAKE = 54  # -> whether more events wait, then the first one: BLE_EVENT_BYTES altogether

# What `BLE` can be asked for, each a method of MicroPython's `bluetooth.BLE`.
BLE_ACTIVE = 1  # b = 1 on, 0 off
BLE_IRQ = 2  # b = 1 when somebody wants the events
BLE_CONFIG = 3  # b = a BLE_ setting -> its value
BLE_CONFIGURE = 4  # b = a BLE_ setting, payload = its value
BLE_ADVERTISE = 5  # b = interval in us (0: stop), payload = BLE_AD_ flags, bytes of data, data, response
BLE_SCAN = 6  # b = 1 start, 0 stop, payload = ms (0: for ever), interval us, window us, 1 when active
BLE_CONNECT = 7  # b = milliseconds to look for it (0: cancel), payload = type, address, intervals
BLE_DISCONNECT = 8  # b = connection -> 1 when there was one
BLE_REGISTER = 9  # payload = (kind, flags, bytes of UUID, UUID) of each attribute -> handles
BLE_READ = 10  # b = handle -> value
BLE_WRITE = 11  # b = handle, payload = 1 when subscribers are to be told, value
BLE_NOTIFY = (
    12  # b = connection << 16 | handle, payload = 1 when it is to be confirmed, 1 with a value, value
)
BLE_BUFFER = 13  # b = handle, payload = length, 1 to append
BLE_ANSWER = 14  # b = ATT error of the read that was asked about last, 0 for none
BLE_EXCHANGE_MTU = 15  # b = connection
BLE_DISCOVER = 16  # b = connection, payload = BLE_IRQ_ code of the results, first handle, last handle, UUID
BLE_FETCH = 17  # b = connection << 16 | handle: a remote read
BLE_STORE = 18  # b = connection << 16 | handle, payload = 1 with response, value: a remote write
BLE_DATA = 19  # -> what the event taken last carries

BLE_MAC, BLE_ADDRESS_MODE, BLE_NAME, BLE_BUFFER_BYTES, BLE_MTU = 1, 2, 3, 4, 5  # settings
BLE_AD_CONNECTABLE, BLE_AD_DATA, BLE_AD_RESPONSE = 1, 2, 4
BLE_SERVICE, BLE_CHARACTERISTIC, BLE_DESCRIPTOR = 0, 1, 2  # kinds of attributes

# An event: 1 while more wait, code, type of address, kind of advert, RSSI, count, address, then either the
# `count` bytes of an advert, or five numbers and a UUID of `count` bytes.
BLE_EVENT = "<BBBBbB6s"
BLE_EVENT_BYTES = 48
BLE_NUMBERS = "<HHHHH"
BLE_NUMBERS_AT = 12
BLE_UUID_AT = 22

# An interrupt record is `<BB>`: kind, which.
RECORD_BYTES = 2
IRQ_PIN = 1
IRQ_RTC = 2  # somebody else has set the real-time clock; which = 0
IRQ_BLE = 3  # events wait at the Bluetooth controller; which = 0
IRQ_BREAK = 4  # ctrl-C at the console; which = 0
IRQ_KEYBOARD = 5  # the console has input; which = 0

# After the only record of a wait, a pin's: that edge comes again and again, and nothing else before the last.
# Whoever only counts hears them all without asking the world in between.
TRAIN = 6
TRAIN_FORMAT = "<BxHI"  # TRAIN, how many more, microseconds from one to the next
TRAIN_BYTES = 8

AT_FORMAT = "<QQ"  # the street time a board has come to by itself, and its watchdog's last feed (0: none)
AT_BYTES = 16
