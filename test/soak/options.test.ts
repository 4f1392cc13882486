import { describe, expect, it } from 'vitest';
import { readSoakOptions, roundKinds, SoakUsageError } from './options.ts';

const read = (...args: string[]) => readSoakOptions(args, 42);

describe('the arguments of the soak', () => {
  it('the arguments of the soak mean one round of each kind with a random seed if there are none', () => {
    expect(read()).toEqual({ minutes: undefined, count: 1, seed: 42, kinds: roundKinds });
  });

  it('the arguments of the soak give a time, without a bound of the count', () => {
    expect(read('--minutes', '0.5')).toMatchObject({ minutes: 0.5, count: Infinity });
  });

  it('the arguments of the soak give a count, a seed and some kinds of rounds in the given order', () => {
    const options = read('--count', '20', '--seed', '7', '--only', 'mongod,kills');
    expect(options).toEqual({
      minutes: undefined,
      count: 20,
      seed: 7,
      kinds: ['mongod', 'kills'],
    });
  });

  it.each([
    [['--minutes', '0'], /^--minutes is "0", and takes a number above 0\.$/],
    [['--minutes', '1e3'], /^--minutes is "1e3"/],
    [['--count', '1.5'], /^--count is "1.5", and takes a whole number from 1 to 2147483647\.$/],
    [['--count', ''], /^--count is ""/],
    [['--seed', '2147483648'], /^--seed is "2147483648"/],
    [['--only', 'kills,'], /^--only names "", and takes some of kills,mongod,/],
    [['--minutes', '1', '--count', '1'], /^--minutes and --count exclude each other: /],
    [['10'], /^Unexpected argument '10': give --minutes M or --count N/],
    [['--hours', '1'], /^Unknown option '--hours': give --minutes M/],
    [['--count'], /^Option '--count <value>' argument missing: give/],
  ])('%j are rejected with one sentence', (args, sentence) => {
    const rejected = (): unknown => read(...args);
    expect(rejected).toThrow(SoakUsageError);
    expect(rejected).toThrow(sentence);
    expect(rejected).not.toThrow(/\n|\. /);
  });
});
