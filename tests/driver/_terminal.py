"""A command in a terminal of some columns, and what it prints there."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios


def run(words, columns, **options):
    """What the command prints, on both streams, without colours and the bar that moves."""
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = dict(os.environ, TERM="xterm", NO_COLOR="1")
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, env=environment,
                               **options)
    os.close(terminal)
    text = b""
    try:
        while block := os.read(control, 65536):
            text += block
    except OSError:  # the other end is closed
        pass
    process.wait()
    os.close(control)
    return re.sub(r"\r[^\n\r]*\x1b\[K", "", text.decode().replace("\r\n", "\n"))
