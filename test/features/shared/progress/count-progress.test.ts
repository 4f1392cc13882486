import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import type { CountState } from '../../../../src/features/shared/progress/count-progress.ts';
import {
  countLine,
  countText,
  createCountProgress,
} from '../../../../src/features/shared/progress/count-progress.ts';
import type { TestProgramOptions } from '../../../support/command/program.ts';
import { createTestProgram } from '../../../support/command/program.ts';
import { createMovableTime } from '../../../support/time.ts';
import { eventually } from '../../../support/waiting.ts';

const restoring = { doing: 'Restoring', unit: 'documents' };
const midway: CountState = {
  ...{ ...restoring, part: 'streams', done: 1_200, total: 5_000, elapsedMs: 6_000 },
};

function openWith(options: TestProgramOptions) {
  const time = createMovableTime();
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  const program = {
    ...createTestProgram({ clock: time.local, ...options }),
    stderr: terminal as unknown as NodeJS.WriteStream,
  };
  let text = '';
  terminal.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const messages = () =>
    program
      .logged()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { program, time, messages, shown: () => text };
}

const settled = () => new Promise((done) => setImmediate(done));

it('shows a bar on a terminal once the command takes longer than two seconds', async () => {
  const { program, time, messages, shown } = openWith({ isTerminal: true });
  {
    using progress = createCountProgress(program, restoring);
    progress.begin('activities', 2);
    progress.advance();
    time.pass(500);
    await settled();
    expect(shown()).toBe('');
    time.pass(1_500);
    await eventually(() => Promise.resolve(shown() !== ''));
    expect(shown()).toMatch(/Restoring activities \[=+-+\] 1 of 2 documents/);
  }
  await settled();
  expect(shown()).toContain('\u001B[?25h');
  expect(messages()).toEqual([]);
});

it('shows nothing of a command that ends sooner, with a terminal or without', async () => {
  for (const isTerminal of [true, false]) {
    const { program, time, messages, shown } = openWith({ isTerminal });
    {
      using progress = createCountProgress(program, restoring);
      progress.begin('activities', 2);
    }
    time.pass(60_000);
    await settled();
    expect(shown()).toBe('');
    expect(messages()).toEqual([]);
  }
});

it('logs a line after two seconds and every half minute where there is no terminal', async () => {
  const { program, time, messages, shown } = openWith({});
  using progress = createCountProgress(program, restoring);
  progress.begin('streams', 5_000);
  progress.advance(1_000);
  time.pass(2_000);
  await eventually(() => Promise.resolve(messages().length === 1));
  expect(messages()[0]).toMatch(/^Restoring streams: 1,000 of 5,000 documents, about .* left\.$/);
  progress.advance(1_000);
  time.pass(10_000);
  await settled();
  expect(messages()).toHaveLength(1);
  time.pass(20_000);
  await eventually(() => Promise.resolve(messages().length === 2));
  expect(messages()[1]).toContain('Restoring streams: 2,000 of 5,000 documents');
  expect(shown()).toBe('');
});

it('shows nothing where only warnings are wanted', async () => {
  for (const isTerminal of [true, false]) {
    const { program, time, messages, shown } = openWith({
      ...{ isTerminal, config: { LOG_LEVEL: 'warn' } },
    });
    using progress = createCountProgress(program, restoring);
    progress.begin('streams', 1);
    time.pass(60_000);
    await settled();
    expect(shown()).toBe('');
    expect(messages()).toEqual([]);
  }
});

it('counts more than there were when the work began, and all parts', () => {
  using progress = createCountProgress(openWith({}).program, restoring);
  progress.begin('activities', 1);
  progress.advance(3);
  progress.begin('streams', 1);
  progress.advance();
  expect(progress.count()).toBe(4);
});

it('shows the rate and the time left where there is room', () => {
  expect(countLine(midway, 100)).toBe(
    'Restoring streams [====-------------] 1,200 of 5,000 documents, 200 a second, about 19 seconds left',
  );
  expect(countLine(midway, 60)).toBe('Restoring streams [===-----------] 1,200 of 5,000 documents');
  expect(countText(midway)).toBe(
    'Restoring streams: 1,200 of 5,000 documents, about 19 seconds left.',
  );
});

it('shows no bar where nobody knows how many there are', () => {
  const unknown = { ...midway, total: undefined };
  expect(countLine(unknown, 80)).toMatch(/^Restoring streams +1,200 documents, 200 a second$/);
  expect(countText(unknown)).toBe('Restoring streams: 1,200 documents.');
});

it.each([60, 80, 120])('fits into %i columns, whatever it counts', (width) => {
  const anyState = fc.record({
    doing: fc.constantFrom('Restoring', 'Backing up'),
    part: fc.string({ unit: 'grapheme', maxLength: 150 }),
    unit: fc.constantFrom('documents', 'activities'),
    done: fc.nat(),
    total: fc.option(fc.nat(), { nil: undefined }),
    elapsedMs: fc.nat(1e9),
  });
  fc.assert(
    fc.property(anyState, (state) => {
      const line = countLine(state, width);
      expect(line).not.toContain('\n');
      expect(stringWidth(line)).toBeLessThan(width);
    }),
  );
});
