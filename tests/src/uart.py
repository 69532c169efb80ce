"""Runs the host's program of a board with a simulated board instead of a serial line."""

import subprocess
import sys

import lcsim_uart


class Pipe:
    """A simulated board as a serial line."""

    def __init__(self):
        self.process = subprocess.Popen(sys.argv[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def write(self, data):
        self.process.stdin.write(data)

    def read(self, count):
        data = b""
        while len(data) < count:
            data += self.process.stdout.read(count - len(data))
        return data


pipe = Pipe()
wrong = lcsim_uart.main(pipe)
try:
    lcsim_uart.Line(pipe).write(0xFFFFFFFC, [1])
    raise SystemExit("a write to nowhere was done")
except RuntimeError as error:
    print(error)
pipe.process.stdin.close()
sys.exit(wrong or pipe.process.wait())
