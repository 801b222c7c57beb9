"""THE table of a canopy's settings: name, default, lowest, highest, unit, meaning. All are whole numbers.

It stays one string until it is read: on a node, a tenth of the memory that rows would take.
"""

CANOPY_SETTINGS = """
start_vwc_pct        30     2    60 %    watering begins when the soil holds less water than this
band_vwc_pct          3     1    40 %    and ends when it holds so much more
start_kpa             0     0   200 kPa  watering begins at this soil tension; 0: tension is not asked
stop_kpa             10     0   200 kPa  and ends at this one
dose_dl              50     1   500 dL   water given at once
soak_min            120     5  1440 min  pause after a dose, for the water to spread
interval_min        360     0 20160 min  pause between the end of one watering and the next
spread_vwc_pct       15     2   100 %    probes that differ by more disagree
flat_h               12     1   168 h    so long unmoved after water, or a day in any case: a broken probe
stale_min            30     5   240 min  a reading older than this counts for nothing
frost_c               3    -5    15 Cel  no watering in air colder than this
sample_min           15     1    60 min  time between readings while the valve is shut
tank_empty_pct        5     0    50 %    no watering from a tank that holds less
window_from_min       0     0  1439 min  watering from this local time on
window_until_min      0     0  1439 min  until this one; equal: at any time
rain_skip_dmm        50     1  2000 dmm  no watering while so much rain is expected
drought1              0     0     2 -    vigilance: 0 water may flow, 1 not in the hours below, 2 not at all
drought2              1     0     2 -    alerte: the same
drought3              2     0     2 -    alerte renforcee: the same
drought4              2     0     2 -    crise: the same
drought_from_h       11     0    23 h    drought order: no watering from this local hour on
drought_until_h      18     0    23 h    until this one; equal: all day
guard_on_s          900    10  3600 s    guard: longest opening
guard_dose_dl       100     1  1000 dL   guard: most water in one opening
guard_hour_dl       300     1  2000 dL   guard: most water in an hour
guard_day_dl       1000     1  4000 dL   guard: most water in a day
guard_day_s        7200    60 43200 s    guard: longest openings together in a day
guard_noflow_s       60     5   900 s    guard: longest opening without a pulse of the meter
guard_runout_s       10     1   120 s    guard: water may follow the closing of a valve for so long
guard_stray_s        60    10  3600 s    more than 3 pulses within this and no valve open: unexplained flow
zone_min             60  -720   840 min  local standard time, east of UTC
summer_time           1     0     1 -    1: summer time by the rule of the European Union
report_min           15     1  1440 min  time between reports
"""
