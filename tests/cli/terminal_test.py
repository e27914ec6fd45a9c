#!/usr/bin/python3
"""Looks at the program on a terminal of 80 columns: its texts fit, and say what they say in a pipe.

Usage: terminal_test.py MEMTRAIN
"""
import fcntl
import os
import pty
import re
import struct
import termios

from black_box import check, memtrain, program

COLUMNS = 80


def on_terminal(*arguments):
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        os.execve(program, [program, *arguments], {**os.environ, "NO_COLOR": "1"})
    text = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # how Linux tells that nobody writes any more
            break
        if not part:
            break
        text += part
    os.close(terminal)
    check(os.waitpid(child, 0)[1] == 0, f"{arguments}: {text.decode()}")
    return text.decode().replace("\r", "")


def check_width(text, of):
    for line in text.splitlines():
        one_word = " " not in line.strip()
        check(len(line) <= COLUMNS or one_word, f"{of}: {len(line)} columns: {line}")


for command in (["devices"], ["devices", "soft_bounds"], ["devices", "vteam"], ["devices", "epiram"], ["devices", "stm32h735"],
                ["scenarios"], ["data"], ["data", "fetch", "mnist"], ["data", "fetch", "cifar10"], ["validate", "--help"],
                ["export", "--help"]):
    shown, piped = on_terminal(*command), memtrain(*command)[0]
    check_width(shown, command)
    check(shown.split() == piped.split(), f"{command}: says something else on a terminal")
    check(len(shown.splitlines()) >= len(piped.splitlines()), f"{command}: has fewer lines on a terminal")

check("it needs\n" in memtrain("cost", "quickstart")[0], "cost knows all of quickstart, and shows no line to fold")
check_width(on_terminal("cost", "quickstart"), "cost")
setting = re.search(r"^  train\.patience +training .*; default 0$", memtrain("validate", "--help")[0], re.MULTILINE)
check(setting is not None and len(setting[0]) > COLUMNS, "a setting is not one line in a pipe")
print("terminal: all checks passed")
