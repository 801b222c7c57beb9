"""THE table of a canopy's settings: name, default, lowest, highest, unit, meaning. All are whole numbers.

It stays one string until it is read: on a node, a tenth of the memory that rows would take.
"""

CANOPY_SETTINGS = """
start_vwc_pct    20    2    60 %   watering begins when the soil holds less water than this
band_vwc_pct      8    1    40 %   and ends when it holds so much more
dose_dl          50    1   500 dL  water given at once
soak_min         30    5  1440 min pause after a dose, for the water to spread
interval_min    360    0 20160 min pause between the end of one watering and the next
spread_vwc_pct   15    2   100 %   probes that differ by more disagree
stale_min        30    5   240 min a reading older than this counts for nothing
frost_c           3   -5    15 Cel no watering in air colder than this
sample_min       10    1    60 min time between readings while the valve is shut
guard_on_s      900   10  3600 s   guard: longest opening
guard_dose_dl   100    1  1000 dL  guard: most water in one opening
guard_hour_dl   300    1  2000 dL  guard: most water in an hour
guard_day_dl   1000    1  4000 dL  guard: most water in a day
guard_day_s    7200   60 43200 s   guard: longest openings together in a day
zone_min         60 -720   840 min local standard time, east of UTC
summer_time       1    0     1 -   1: summer time by the rule of the European Union
report_min       15    1  1440 min time between reports
purge_dl         50    1  1000 dL  water that a purge of the mist line lets out
purge_wait_min   30    1  1440 min somebody who stays for longer puts a purge off
idle_h           24    1   168 h   water that stood for longer is purged before it is misted
water_warm_c     25   15    25 Cel supply as warm as this is an alarm
warm_stop         0    0     1 -   1: and stops the misting
samples_per_year  2    1    12 -   samples of the misted water for the laboratory, a year
"""
