"""Users per minute with Faust and a dict of sets: faust-count.py BROKERS TOPIC FRAMES

Ends after the given number of frames, and writes what the whole process used.
"""

import json
import os
import resource
import sys
import tempfile
import time

import faust

started = time.monotonic()
brokers, topic_name, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
app = faust.App(
    f"bench-faust-{os.getpid()}-{int(time.time())}",
    broker=f"kafka://{brokers}",
    datadir=tempfile.mkdtemp(prefix="bench-faust-"),
    store="memory://",
    topic_disable_leader=True,
    web_enabled=False,
)
topic = app.topic(topic_name, key_serializer="raw", value_serializer="json")
users: dict[int, set[str]] = {}
counts: dict[int, int] = {}
left = frames


def end() -> None:
    line = " ".join(f"{minute}:{len(users[minute])}:{counts[minute]}" for minute in sorted(users))
    # Faust has put its log in the place of print.
    os.write(1, f"\n{line}\n".encode())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    report = {
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - started,
        "maxRSS": usage.ru_maxrss,
    }
    with open(os.environ["HEADCOUNT_USAGE_FILE"], "w") as file:
        json.dump(report, file)
    # An orderly end takes it many seconds that nobody asked for.
    os._exit(0)


@app.agent(topic)
async def count(stream):
    global left
    async for frame in stream:
        minute = frame["ts"] // 60
        if minute not in users:
            users[minute] = set()
            counts[minute] = 0
        users[minute].add(frame["uid"])
        counts[minute] += 1
        left -= 1
        if left == 0:
            end()


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "--loglevel", "error"]
    app.main()
