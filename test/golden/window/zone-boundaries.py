"""Where windows begin around changes of offset, from Python's zoneinfo: `python3 zone-boundaries.py`.

Walks every UTC minute and asks only "what do the clocks show now?", so that nothing is shared with the
code under test: a day begins when the clocks show a later date (with the day's start taken off) than
ever before; weeks, months and years begin with the day that is the first of a later one; a size below
a day begins with a day, at a change of offset, and where the clocks show a multiple of it.

Offsets are those of the minute's start, rounded half away from zero to the minute.
"""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
SHORT = ["30m", "1h", "90m", "6h", "1d"]
LONG = ["1d", "1w", "1mo", "2mo", "1q", "4mo", "6mo", "1y"]

# zone, first and last UTC minute, sizes, day start, week start
CASES = [
    ("Europe/Zurich", "2026-03-28T12:00", "2026-03-30T12:00", SHORT, "00:00", "monday"),
    ("Europe/Zurich", "2026-10-24T12:00", "2026-10-26T12:00", SHORT, "00:00", "monday"),
    ("America/New_York", "2026-03-07T12:00", "2026-03-09T12:00", SHORT, "00:00", "monday"),
    ("America/New_York", "2026-10-31T12:00", "2026-11-02T12:00", SHORT, "00:00", "monday"),
    ("Australia/Lord_Howe", "2026-04-03T12:00", "2026-04-05T18:00", SHORT, "00:00", "monday"),
    ("Australia/Lord_Howe", "2026-10-02T12:00", "2026-10-04T18:00", SHORT, "00:00", "monday"),
    ("Asia/Kathmandu", "2026-07-01T00:00", "2026-07-03T00:00", SHORT, "00:00", "monday"),
    ("Asia/Kathmandu", "1985-12-31T00:00", "1986-01-02T00:00", SHORT, "00:00", "monday"),
    ("Pacific/Apia", "2011-12-28T00:00", "2012-01-02T00:00", SHORT, "00:00", "monday"),
    ("Pacific/Kwajalein", "1993-08-19T00:00", "1993-08-24T00:00", SHORT, "00:00", "monday"),
    ("Pacific/Kwajalein", "1969-09-28T00:00", "1969-10-03T00:00", SHORT, "00:00", "monday"),
    ("America/Sao_Paulo", "2018-11-03T00:00", "2018-11-05T12:00", SHORT, "00:00", "monday"),
    ("America/Sao_Paulo", "2018-02-17T00:00", "2018-02-19T12:00", SHORT, "00:00", "monday"),
    ("Asia/Beirut", "2022-03-25T12:00", "2022-03-28T12:00", SHORT, "00:00", "monday"),
    ("America/St_Johns", "1999-10-30T00:00", "1999-11-01T12:00", SHORT, "00:00", "monday"),
    ("Africa/Monrovia", "1972-01-05T12:00", "1972-01-08T12:00", SHORT, "00:00", "monday"),
    ("Europe/Zurich", "1894-05-30T12:00", "1894-06-02T12:00", SHORT, "00:00", "monday"),
    # A start of the day that does not exist once, one that comes twice, and one far from any change.
    ("Europe/Zurich", "2026-03-28T00:00", "2026-03-30T12:00", SHORT, "02:30", "monday"),
    ("Europe/Zurich", "2026-10-24T00:00", "2026-10-26T12:00", SHORT, "02:30", "monday"),
    ("America/New_York", "2026-03-07T00:00", "2026-03-09T12:00", SHORT, "05:00", "monday"),
    ("Pacific/Apia", "2011-12-28T00:00", "2012-01-02T00:00", SHORT, "05:15", "monday"),
    ("Europe/Zurich", "2025-12-20T00:00", "2027-01-10T00:00", LONG, "00:00", "monday"),
    ("America/New_York", "2023-12-20T00:00", "2025-01-10T00:00", LONG, "05:00", "sunday"),
    ("Pacific/Apia", "2011-09-01T00:00", "2012-02-10T00:00", LONG, "00:00", "sunday"),
]


def main():
    cases = [case(*each) for each in CASES]
    lines = ",\n".join(json.dumps(each) for each in cases)
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")


def case(zone, first, last, sizes, day_start, week_start):
    start = minute_of(first)
    hours, minutes = day_start.split(":")
    begins = walk(ZoneInfo(zone), start, minute_of(last), sizes, int(hours) * 60 + int(minutes), week_start)
    return {
        "zone": zone,
        "dayStart": day_start,
        "weekStart": week_start,
        "from": first + "Z",
        "to": last + "Z",
        # Minutes after `from` at which a window begins.
        "starts": {size: [minute - start for minute in begins[size]] for size in sizes},
    }


def walk(zone, start, end, sizes, day_start, week_start):
    begins = {size: [] for size in sizes}
    # Three days of a run-up fill in "ever before".
    offset, newest = None, None
    for minute in range(start - 3 * 1440, end + 1):
        now = offset_of(zone, minute)
        shown = minute + now - day_start
        new_day = newest is None or shown // 1440 > newest
        before, newest = newest, shown // 1440 if new_day else newest
        cut = new_day or now != offset
        offset = now
        if minute < start:
            continue
        for size in sizes:
            if size[-1] in "mh":
                begin = cut or shown % length_of(size) == 0
            else:
                begin = new_day and span_of(newest, size, week_start) != span_of(before, size, week_start)
            if begin:
                begins[size].append(minute)
    return begins


def offset_of(zone, minute):
    delta = (EPOCH + minute * MINUTE).astimezone(zone).utcoffset()
    seconds = delta.days * 86400 + delta.seconds
    rounded = (abs(seconds) + 30) // 60
    return rounded if seconds >= 0 else -rounded


def span_of(day, size, week_start):
    """What the days of one window have in common."""
    date = (EPOCH + timedelta(days=day)).date()
    if size == "1d":
        return date
    if size == "1w":
        sunday = week_start == "sunday"
        return date - timedelta(days=(date.weekday() + 1) % 7 if sunday else date.weekday())
    months = {"1mo": 1, "2mo": 2, "1q": 3, "4mo": 4, "6mo": 6, "1y": 12}[size]
    return date.year, (date.month - 1) // months


def length_of(size):
    return int(size[:-1]) * (60 if size[-1] == "h" else 1)


def minute_of(text):
    return (datetime.fromisoformat(text).replace(tzinfo=timezone.utc) - EPOCH) // MINUTE


if __name__ == "__main__":
    main()
