/**
 * Collects what the fault suite saw, and prints it as one table at the end of the run.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    faultReport: string;
  }
}

/** What one scenario saw. */
export interface FaultRow {
  readonly scenario: string;
  readonly seed?: number;
  readonly kills?: number;
  /** How many faults of each kind were injected. */
  readonly faults?: Readonly<Record<string, number>>;
  readonly requests?: number;
  readonly overLimit?: number;
  /** Activities whose streams were sent whole more than once. */
  readonly fetchedTwice?: number;
  readonly lost?: number;
  readonly doubled?: number;
  readonly note?: string;
}

/** Adds a row to the table; `path` is what the run provides as `faultReport`. */
export function reportFaults(path: string, row: FaultRow): void {
  appendFileSync(path, `${JSON.stringify(row)}\n`);
}

/** Vitest's global setup: gives the rows a place, and prints them at the end. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'domestique-faults-'));
  const path = join(folder, 'rows.ndjson');
  appendFileSync(path, '');
  project.provide('faultReport', path);
  return () => {
    const rows = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    rmSync(folder, { recursive: true });
    if (rows.length > 0) process.stdout.write(`\n${table(rows.map(cells))}\n`);
  };
}

const headings = [
  'scenario',
  'kills',
  'requests',
  'over limit',
  'twice',
  'lost',
  'doubled',
  'faults and notes',
];

function cells(line: string): readonly string[] {
  const row = JSON.parse(line) as FaultRow;
  const faults = Object.entries(row.faults ?? {})
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`);
  const numbers = [row.requests, row.overLimit, row.fetchedTwice, row.lost, row.doubled];
  const seed = row.seed === undefined ? '' : ` (seed ${row.seed})`;
  return [
    `${row.scenario}${seed}`,
    text(row.kills),
    ...numbers.map(text),
    [faults.join(', '), row.note ?? ''].filter((part) => part !== '').join('; '),
  ];
}

function text(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function table(rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
