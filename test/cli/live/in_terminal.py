"""Runs a command in a pseudo-terminal of its own, plays a script of waits, keys and signals, and tells what became of the terminal.

Usage: in_terminal.py SCRIPT COMMAND...
SCRIPT is JSON: a list of {"until": text on the screen's bytes}, {"send": keys} and {"signal": number}.
Prints one JSON object: code, output (base64), and whether the terminal's modes are what they were before.
"""

import base64, fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios, time

PATIENCE_S = 60

script, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
before = termios.tcgetattr(slave)


def controlling():
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=controlling)
output = b''


def pump(seconds):
    """Reads for so long, or until something came."""
    global output
    ready, _, _ = select.select([master], [], [], seconds)
    if ready:
        try:
            output += os.read(master, 65536)
        except OSError:
            pass


def wait_for(met):
    end = time.monotonic() + PATIENCE_S
    while not met() and time.monotonic() < end:
        pump(0.05)
    return met()


problem = None
raw = None
for step in script:
    if 'until' in step and not wait_for(lambda: step['until'].encode() in output):
        problem = 'never saw ' + step['until']
        break
    if raw is None and b'\x1b[?1049h' in output:
        raw = not (termios.tcgetattr(slave)[3] & termios.ICANON)
    if 'send' in step:
        os.write(master, step['send'].encode())
    if 'signal' in step:
        child.send_signal(step['signal'])

if not wait_for(lambda: child.poll() is not None):
    problem = problem or 'never ended'
    child.kill()
pump(0.2)
while select.select([master], [], [], 0.1)[0]:
    size = len(output)
    pump(0)
    if len(output) == size:
        break
print(json.dumps({
    'code': child.wait(),
    'problem': problem,
    'raw': raw,
    'restored': termios.tcgetattr(slave) == before,
    'output': base64.b64encode(output).decode(),
}))
