"""Draws what stands at a command's terminal at its end as an SVG: `make picture`.

usage: picture.py FILE TITLE FIRST LAST COMMAND...

Drawn are the lines from the first that begins with FIRST to the last that begins with LAST.
"""

import os
import pty
import re
import sys
import termios
from itertools import groupby

import pyte
from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, LINES = 136, 400
# To be read on a white page and on a dark one.
COLORS = [(60, 64, 72), (255, 107, 107), (95, 200, 120), (229, 192, 123), (97, 175, 239)]
COLORS += [(198, 120, 221), (86, 182, 194), (220, 223, 228)]
THEME = TerminalTheme((24, 28, 36), (220, 223, 228), COLORS, COLORS)
# No font is fetched: whoever looks has one.
FORMAT = re.sub(r"@font-face {.*?}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
FORMAT = FORMAT.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


def seen(command):
    """The screen at the end, so high that nothing is scrolled away."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    process, terminal = pty.fork()
    if process == 0:
        termios.tcsetwinsize(0, (LINES, COLUMNS))
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    for printed in iter(lambda: read(terminal), b""):
        stream.feed(printed)
    if os.waitpid(process, 0)[1] != 0:
        sys.exit(f"error: {command[0]} failed")
    return screen


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # What Linux says when everybody else has left the terminal.
        return b""


def style(character):
    color = character.fg.replace("bright", "bright_").replace("brown", "yellow")
    return color + (" bold" if character.bold else "")


def drawn(screen, row):
    text = Text()
    characters = (screen.buffer[row][column] for column in range(COLUMNS))
    for look, run in groupby(characters, style):
        text.append("".join(character.data for character in run), look)
    text.rstrip()
    return text


def main(file, title, first, last, *command):
    screen = seen(command)
    rows = screen.display
    begin = min(row for row, line in enumerate(rows) if line.startswith(first))
    end = max(row for row, line in enumerate(rows) if line.startswith(last))
    with open(os.devnull, "w") as nowhere:
        console = Console(width=COLUMNS, record=True, file=nowhere)
        for row in range(begin, end + 1):
            console.print(drawn(screen, row), highlight=False, no_wrap=True)
    # What it draws does not depend on a name that is made anew each time.
    console.save_svg(file, title=title, theme=THEME, code_format=FORMAT, unique_id="demo")


main(*sys.argv[1:])
