"""What `help` says at the node's console: a text for which there is seldom room."""

TEXT = """show                               who it is, what it does and why, what it measures, what is wrong
command VERB [VALUE] [for 10m]     an order, as from the city
settings [NAME | NAME=VALUE ...]   all, one, or change some
log | crash                        the log that it keeps | its last crash
self-test | verdict                test all parts, for a minute or two | what the last test has found
time [UNIX_S]                      its clock, or set it
restart                            begin anew; orders, settings and counters stay"""
