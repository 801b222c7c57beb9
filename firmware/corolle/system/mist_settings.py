"""THE table of what a canopy that mists, or lives by a battery, can be set to beside canopy_settings.py.

A node without those parts does not hold it: each name takes memory for as long as it runs.
"""

MIST_SETTINGS = """
guard_mist_on_s      60     5   600 s    guard of the mist valve: as those of the drip valve above
guard_mist_dose_dl   50     1   500 dL   its litres of one opening
guard_mist_hour_dl  300     1  3000 dL   of an hour
guard_mist_day_dl  2000     1  6000 dL   of a day
guard_mist_day_s  21600    60 43200 s    its open time of a day
guard_mist_noflow_s  10     2   600 s    without a pulse
guard_purge_on_s    300     5  1800 s    guard of the purge valve, likewise
guard_purge_dose_dl 300     1  1000 dL   its litres of one opening
guard_purge_hour_dl 600     1  3000 dL   of an hour
guard_purge_day_dl 2000     1  6000 dL   of a day
guard_purge_day_s  3600    60 43200 s    its open time of a day
guard_purge_noflow_s 15     2   600 s    without a pulse
report_low_min       60     1  1440 min  the same while the battery is low
shed1_mv          13000 10000 14600 mV   battery lower than this: reports are rarer
shed2_mv          12800 10000 14600 mV   no misting
shed3_mv          12500 10000 14600 mV   no watering
shed_band_mv        200     0  1000 mV   and back when it is so much higher
dark_wh              20     0  2000 Wh   a day on which the panel gave less was dark
dark_mv             100     0  1000 mV   after it the battery counts as if it were so much lower
mist_air_c           27    20    45 Cel  misting in air as hot as this
mist_cooling_k        6     3    20 K    which evaporation could cool by so much: air less wet bulb
mist_humidity_pct    60    20    80 %    and which is no more humid
mist_wind_dm_s       50    10   100 dm/s and no windier
mist_band_dk          5     0    30 dK   misting begins so far beyond either temperature
mist_band_pct         3     0    20 %    so far below the humidity
mist_calm_dm_s        5     0    30 dm/s and so far below the wind
mist_hold_s          60     5   900 s    somebody counts as there for so long
mist_on_s            20     5   120 s    length of a burst
mist_off_s           40     5   600 s    least pause after it
mist_from_min       600     0  1439 min  misting from this local time on
mist_until_min     1260     0  1439 min  until this one; equal: at any time
mist_hour_dl        250     1  2000 dL   no more misting when so much was misted in an hour
mist_day_dl        1500     1  4000 dL   or in a day; the guard stands beyond
purge_dl             50     1  1000 dL   water that a purge of the mist line lets out
purge_wait_min       30     1  1440 min  somebody who stays for longer puts a purge off
idle_h               24     1   168 h    water that stood for longer is purged before it is misted
water_warm_c         25    15    25 Cel  supply as warm as this is an alarm
warm_stop             0     0     1 -    1: and stops the misting
samples_per_year      2     1    12 -    samples of the misted water for the laboratory, a year
"""
