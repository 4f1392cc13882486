/**
 * Loaded by `node --import` into a measured process: at its end it writes the usage of the process,
 * as JSON, into the file that BENCH_USAGE names.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface Usage {
  readonly wallMs: number;
  /** User and system. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Prefers the kernel's own figure: Node's counts the parent's memory at the fork. */
function peakMb(): number {
  const path = '/proc/self/status';
  const [, kilobytes] = existsSync(path)
    ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8')) ?? [])
    : [];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1_024;
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    wallMs: process.uptime() * 1_000,
    cpuMs: (user + system) / 1_000,
    peakMb: peakMb(),
  };
  const path = process.env['BENCH_USAGE'];
  if (path !== undefined) writeFileSync(path, JSON.stringify(usage));
});
