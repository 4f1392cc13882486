import { expect, it } from 'vitest';
import { showStepWhenSlow } from '../../../../src/features/shared/progress/delayed.ts';
import { createTestProgram } from '../../../support/command/program.ts';
import { createMovableTime } from '../../../support/time.ts';
import { eventually } from '../../../support/waiting.ts';

const settled = () => new Promise((done) => setImmediate(done));

it('names a step that takes longer than two seconds, and stops with it', async () => {
  const time = createMovableTime();
  const program = createTestProgram({ clock: time.local });
  let finish: (value: number) => void = () => undefined;
  const step = () => new Promise<number>((done) => (finish = done));
  const result = showStepWhenSlow(program, 'Starting', step);
  await settled();
  expect(program.logged()).toBe('');
  time.pass(7_000);
  await eventually(() => program.logged() !== '');
  expect(program.logged()).toMatch(/Starting, for ([7-9]|\d\d) seconds so far\./);
  finish(5);
  expect(await result).toBe(5);
  const before = program.logged();
  time.pass(60_000);
  await settled();
  expect(program.logged()).toBe(before);
});

it('passes on the error of a step, and says nothing of a quick one', async () => {
  const time = createMovableTime();
  const program = createTestProgram({ clock: time.local });
  const failing = showStepWhenSlow(program, 'Starting', () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  time.pass(60_000);
  await settled();
  expect(program.logged()).toBe('');
});
