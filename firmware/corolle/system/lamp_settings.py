"""THE table of a lamp's settings: name, default, lowest, highest, unit, meaning. All are whole numbers.

It stays one string until it is read: on a node, a tenth of the memory that rows would take.
"""

LAMP_SETTINGS = """
on_offset_min     15  -60   120 min light begins so long after sunset
off_offset_min   -15 -120    60 min light ends so long after sunrise
base_pct          10    0   100 %   level at night with nobody near
evening_pct        0    0   100 %   level until evening_end_min; 0: no evening step
evening_end_min 1380    0  1439 min local time at which the evening ends, after midnight
presence_pct     100    0   100 %   level while somebody is near
hold_s            60    5   900 s   light stays so long after the last movement
stuck_min         30    5   720 min presence without a pause for so long is a broken sensor
rise_ms          800    0 10000 ms  ramp to a higher level
fall_ms         4000    0 60000 ms  ramp to a lower level
zone_min          60 -720   840 min local standard time, east of UTC
summer_time        1    0     1 -   1: summer time by the rule of the European Union
rated_w            0    0   400 W   luminaire's power at full light; 0: not known, none is reported
report_min        15    1  1440 min time between reports
"""
