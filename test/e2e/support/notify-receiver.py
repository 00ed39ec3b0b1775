"""A service manager's end of NOTIFY_SOCKET: one JSON line for each message, with the moment it came (ms, monotonic)."""
import array
import json
import os
import socket
import sys
import time

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps({"at": 0, "state": {}}), flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, socket.CMSG_SPACE(4 * array.array("i").itemsize))
    # systemd-notify asks with BARRIER=1 whether all before it was read: closing what it sent along says so.
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            for descriptor in array.array("i", content[: len(content) - len(content) % 4]):
                os.close(descriptor)
    state = dict(line.split("=", 1) for line in data.decode().split("\n") if "=" in line)
    if "BARRIER" not in state:
        print(json.dumps({"at": time.monotonic() * 1000, "state": state}), flush=True)
