import { PassThrough } from 'node:stream';

import { expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { createProgress } from '../../../src/features/backup/progress.ts';
import type { TestProgramOptions } from '../../support/program.ts';
import { createTestProgram } from '../../support/program.ts';

let nowMs = 0;
const clock = { ...systemClock, monotonicMs: () => nowMs };

function programWith(options: TestProgramOptions) {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  const cursor = () => true;
  const stream = Object.assign(terminal, {
    cursorTo: cursor,
    moveCursor: cursor,
    clearLine: cursor,
  });
  const stderr = stream as unknown as NodeJS.WriteStream;
  return { ...createTestProgram({ clock, ...options }), stderr };
}

it('shows a bar with the documents of a collection on a terminal, and takes it away', () => {
  const program = programWith({ isTerminal: true });
  {
    using progress = createProgress(program, 'Backing up');
    progress.begin('activities', 2);
    progress.begin('streams', 3);
    for (let count = 1; count <= 4; count += 1) progress.advance();
  }
  const shown = String(program.stderr.read());
  expect(shown).toContain('Backing up activities [--------------------] 0/2 documents');
  // More than there were when the reading began.
  expect(shown).toContain('Backing up streams [====================] 4/4 documents');
  expect(shown).toContain('\u001B[?25h');
  expect(program.logged()).toBe('');
});

it('logs a line every half minute where there is no terminal, and shows no bar', () => {
  const program = programWith({});
  using progress = createProgress(program, 'Restoring');
  progress.begin('streams', 5_000);
  progress.advance(1_000);
  nowMs += 29_999;
  progress.advance(1_000);
  expect(program.logged()).toBe('');
  nowMs += 1;
  progress.advance(1_000);
  progress.advance(1_000);
  expect(program.logged().trim().split('\n')).toHaveLength(1);
  expect(program.logged()).toContain('Restoring streams: 3,000 of 5,000 documents.');
  expect(program.stderr.read()).toBeNull();
});

it('draws nothing on a terminal where only warnings are wanted', () => {
  const program = programWith({ isTerminal: true, config: { LOG_LEVEL: 'warn' } });
  using progress = createProgress(program, 'Restoring');
  progress.begin('streams', 1);
  progress.advance();
  expect(program.stderr.read()).toBeNull();
});
