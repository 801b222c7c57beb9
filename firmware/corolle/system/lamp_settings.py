"""THE table of a lamp's settings: name, default, lowest, highest, unit, meaning. All are whole numbers.

It stays one string until it is read: on a node, a tenth of the memory that rows would take.
"""

LAMP_SETTINGS = """
on_offset_min      15  -60   120 min  light begins so long after sunset
off_offset_min    -15 -120    60 min  light ends so long after sunrise
base_pct           10    0   100 %    level at night with nobody near, where no programme says otherwise
presence_pct      100    0   100 %    level while somebody is near
hold_s             60    5   900 s    light stays so long after a pedestrian's last movement
cyclist_hold_s     45    5   900 s    and after a cyclist's
vehicle_hold_s     30    5   900 s    and after a vehicle's
cyclist_dm_s       25   15   100 dm/s from this speed on somebody is a cyclist
vehicle_dm_s       75   30   300 dm/s and from this one a vehicle
pedestrian_posts    2    0     8 -    so many posts on light up ahead of a pedestrian
cyclist_posts       3    0     8 -    of a cyclist
vehicle_posts       5    0     8 -    of a vehicle
stuck_min          30    5   720 min  presence without a pause for so long is a broken sensor
rise_ms           700    0 10000 ms   ramp to a higher level
fall_ms          4000    0 60000 ms   ramp to a lower level
category            0    0     5 -    curfew: 0 street, 1 park, 2 heritage, 3 building, 4 car park, 5 site
closing_min         0    0  1439 min  curfew: local time at which the site's activity ends
opening_min       480    0  1439 min  curfew: and begins
dark_lux            0    0  1000 lx   by day the lamp lights where there is less light than this; 0: never
vpo_pct           100   10   100 %    virtual power output: what full light means of what the luminaire can
clo_pct           100   50   100 %    constant light output: of that, so much while the luminaire is new
clo_h          100000 1000 200000 h   and all of it after so many hours of light
derate_c           75   40   120 Cel  housing hotter than this: less light, in proportion
derate_end_c       95   45   125 Cel  down to derate_pct in a housing as hot as this
derate_pct         30   10   100 %    least light of a hot lamp
shutdown_c        105   60   130 Cel  housing as hot as this: no light
zone_min           60 -720   840 min  local standard time, east of UTC
summer_time         1    0     1 -    1: summer time by the rule of the European Union
rated_w             0    0   400 W    luminaire's power at full light; 0: not known
report_min         15    1  1440 min  time between reports
"""
