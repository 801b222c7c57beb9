"""The log beyond this minute: kept in files that spare an SD card, and read back."""
