/**
 * A program in a pseudo-terminal of its own, with somebody who types.
 */

/** What is typed once the terminal shows a text. */
export type Step = readonly [shown: string, typed: string];

const script = `
import fcntl, json, os, pty, struct, sys, termios
steps, columns = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
seen = ''
while True:
    try:
        text = os.read(terminal, 4096)
    except OSError:
        break
    if not text:
        break
    os.write(1, text)
    seen += text.decode('utf8', 'replace')
    if steps and steps[0][0] in seen:
        seen = ''
        os.write(terminal, steps.pop(0)[1].encode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** The arguments of python3 that run the command in a terminal; its exit code is the command's. */
export function typedTerminal(steps: readonly Step[], ...command: readonly string[]): string[] {
  return ['-c', script, JSON.stringify([steps, 80]), ...command];
}

/** The same with nobody who types, in a terminal of that width. */
export function terminalOf(columns: number, ...command: readonly string[]): string[] {
  return ['-c', script, JSON.stringify([[], columns]), ...command];
}
