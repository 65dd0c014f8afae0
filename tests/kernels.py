"""Kernels for nbval that begin as copies of one process, which has imported what all pages import.

Each page still runs in a kernel of its own, whose names are its own: only what importing PyTorch
and Matplotlib takes is spent once in a worker. Run with an address alone, this program is the
process that is copied; with arguments of a kernel as well it stands for one kernel: it asks for a
copy, passes signals on, and lives as long as the copy does.
"""

import json
import os
import random
import signal
import socket
import sys

INLINE = "module://matplotlib_inline.backend_inline"  # as a kernel has it before it imports


def ask(address, arguments):
    """Stand for a kernel: what ends or interrupts this process does so to the copy."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    task = {"arguments": arguments, "folder": os.getcwd(), "variables": dict(os.environ)}
    connection.sendall(json.dumps(task).encode() + b"\n")
    number = int(connection.recv(32))
    signal.signal(signal.SIGINT, lambda *_: os.kill(number, signal.SIGINT))
    while connection.recv(1):
        pass


def serve(address):
    """Copy this process for every task that comes, until whoever started it is gone."""
    import select

    os.environ["MPLBACKEND"] = INLINE
    import ipykernel.kernelapp  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import torch  # noqa: F401

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        copies = set()
        while sys.stdin not in (ready := select.select([listener, sys.stdin], [], [], 1)[0]):
            for number in [each for each in copies if os.waitpid(each, os.WNOHANG)[0]]:
                copies.remove(number)
            if ready:
                connection, _ = listener.accept()
                if not (number := os.fork()):
                    listener.close()
                    become(connection)
                copies.add(number)
                connection.close()
    for number in copies:
        os.waitpid(number, 0)


def become(connection):
    """Run a kernel in this process, which ends with it."""
    import threading

    import numpy

    with connection.makefile(encoding="utf-8") as lines:
        task = json.loads(lines.readline())
    os.setsid()
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["variables"] | {"JPY_PARENT_PID": str(os.getppid())})
    connection.sendall(str(os.getpid()).encode())
    threading.Thread(target=lambda: connection.recv(1) or os._exit(0), daemon=True).start()
    random.seed()
    numpy.random.seed()  # noqa: NPY002 (as unforeseen as in a process of its own)
    sys.argv = ["ipykernel_launcher", *task["arguments"]]
    from ipykernel.kernelapp import launch_new_instance

    try:
        launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    address, *arguments = sys.argv[1:]
    if arguments:
        ask(address, arguments)
    else:
        serve(address)
