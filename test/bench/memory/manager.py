"""The older design's shared structures, as they come with Python: each operation is a message to a manager process.

Reads lines from standard input; for each it measures one round and prints a JSON object: operation -> ns.
"""

import json
import multiprocessing
import multiprocessing.managers
import os
import sys
import threading
import time

CALLS = 200


def nanoseconds(operation):
    began = time.perf_counter_ns()
    for _ in range(CALLS):
        operation()
    return (time.perf_counter_ns() - began) / CALLS


def end_with_parent():
    """In the manager's process: a parent that is killed cannot shut it down."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main():
    manager = multiprocessing.managers.SyncManager()
    manager.start(end_with_parent)
    with manager:
        shared = manager.dict({"flag": False, "count": 0, "seen": 0.0, "price": (1.0, 2.0)})
        waiting = manager.list()
        queue = multiprocessing.Queue()

        def flag():
            if not shared["flag"]:
                shared["flag"] = True
            shared["flag"] = False

        def count():
            shared["count"] += 1

        def queue_list():
            waiting.append(7)
            waiting.pop(0)

        def queue_hand_over():
            queue.put(7)
            queue.get()

        operations = {
            "flag": flag,
            "counter": count,
            "debounce": lambda: time.time() - shared["seen"],
            "price": lambda: shared["price"],
            "queue": queue_list,
            "hand-over": queue_hand_over,
        }
        for _ in sys.stdin:
            print(json.dumps({name: nanoseconds(call) for name, call in operations.items()}), flush=True)
        queue.close()


if __name__ == "__main__":
    main()
