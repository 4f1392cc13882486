/**
 * Runs your command line in the shell. Its output is discarded, because it may be secret.
 */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** On standard input. */
  readonly input: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when the command has ended: to undefined where it did so with 0, else to how it ended. */
export function runCommand(command: string, options: CommandOptions): Promise<string | undefined> {
  const { input, timeoutMs } = options;
  return new Promise((resolve) => {
    const child = startShell(command, options);
    if (child instanceof Error) {
      resolve(notStarted(child));
      return;
    }
    // A command that reads nothing closes its input.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (error) => {
      resolve(error.name === 'AbortError' ? 'the daemon was stopped' : notStarted(error));
    });
    child.on('exit', (code, killedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(killedBy === null ? `it ended with ${code ?? 1}` : endedBy(killedBy, timeoutMs));
    });
  });
}

/** Node reports some failures as an event and throws others, such as an environment that is too large. */
function startShell(command: string, { env, timeoutMs, signal }: CommandOptions) {
  try {
    return spawn('/bin/sh', ['-c', command], {
      env,
      signal,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error;
    throw error;
  }
}

function notStarted({ message }: Error): string {
  return `it did not start (${message})`;
}

function endedBy(killedBy: NodeJS.Signals, timeoutMs: number): string {
  return killedBy === 'SIGKILL'
    ? `it had not ended after ${timeoutMs / 1_000} s, or was killed`
    : `it was ended by ${killedBy}`;
}
