/**
 * Opens the browser where there is one. A failure has no effect: the address is printed as well.
 */
import { spawn } from 'node:child_process';

/** What decides whether there is a browser, and which program opens it. */
export interface Desktop {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** The program that opens an address in the user's browser; undefined where there is no desktop. */
export function browserCommand({ platform, env, isTerminal }: Desktop): string | undefined {
  if (!isTerminal) return undefined;
  if (platform === 'darwin') return 'open';
  const hasDisplay = Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY']);
  return hasDisplay ? 'xdg-open' : undefined;
}

/** Starts the browser and returns whether there was one to try; the address passes no shell. */
export function openBrowser(url: string, desktop: Desktop): boolean {
  const command = browserCommand(desktop);
  if (command === undefined) return false;
  const child = spawn(command, [url], {
    env: { ...desktop.env },
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  child.unref();
  return true;
}
