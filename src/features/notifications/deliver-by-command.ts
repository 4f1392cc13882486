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
export function runCommand(
  command: string,
  { input, env, timeoutMs, signal }: CommandOptions,
): Promise<string | undefined> {
  const child = spawn('/bin/sh', ['-c', command], {
    env,
    signal,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A command that reads nothing closes its input.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => {
    child.on('error', ({ name, message }) => {
      resolve(name === 'AbortError' ? 'the daemon was stopped' : `it did not start (${message})`);
    });
    child.on('exit', (code, killedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(killedBy === null ? `it ended with ${code ?? 1}` : endedBy(killedBy, timeoutMs));
    });
  });
}

function endedBy(killedBy: NodeJS.Signals, timeoutMs: number): string {
  return killedBy === 'SIGKILL'
    ? `it had not ended after ${timeoutMs / 1_000} s, or was killed`
    : `it was ended by ${killedBy}`;
}
