/**
 * The memory and the open files of a running process, read from /proc.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** False on systems without /proc. */
export const hasFigures = existsSync('/proc/self/status');

export interface ProcessFigures {
  readonly residentMb: number;
  /** The maximum so far. */
  readonly peakMb: number;
  readonly openFiles: number;
}

/** Undefined once the process is gone. */
export async function figuresOf(pid: number): Promise<ProcessFigures | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const openFiles = (await readdir(`/proc/${pid}/fd`)).length;
    const [residentMb, peakMb] = [megabytes(status, 'VmRSS'), megabytes(status, 'VmHWM')];
    if (residentMb === undefined || peakMb === undefined) return undefined;
    return { residentMb, peakMb, openFiles };
  } catch {
    return undefined;
  }
}

function megabytes(status: string, name: string): number | undefined {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}

/** Samples a process until it is gone or `until` is aborted. */
export async function watch(
  pid: number,
  intervalMs: number,
  until?: AbortSignal,
): Promise<readonly ProcessFigures[]> {
  const seen: ProcessFigures[] = [];
  while (until?.aborted !== true) {
    const figures = await figuresOf(pid);
    if (figures === undefined) return seen;
    seen.push(figures);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  return seen;
}

/** The rise of a regression line through the values from the first to the last. */
export function riseOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  const variance = values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0);
  return (covariance / variance) * (values.length - 1);
}
