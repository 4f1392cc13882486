import { describe, expect, it } from 'vitest';
import { Stop } from '../../src/process/stop.ts';

describe('a requested stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGQUIT', 131],
    ['SIGHUP', 129],
  ] as const)('a requested stop of a command by %s has exit code %i', (name, exitCode) => {
    const stop = new Stop();
    stop.request(name);
    expect(stop).toMatchObject({ isRequested: true, isInterruption: true, exitCode });
    expect(stop.signal.aborted).toBe(true);
  });

  it('a requested stop keeps the exit code of the first signal', () => {
    const stop = new Stop();
    stop.request('SIGINT');
    stop.request('SIGTERM');
    expect(stop.exitCode).toBe(130);
  });

  it('a requested stop of a program that runs until it is stopped has exit code 0', () => {
    const stop = new Stop();
    stop.runsUntilStopped = true;
    stop.request('SIGINT');
    expect(stop).toMatchObject({ isRequested: true, isInterruption: false, exitCode: 0 });
  });

  it('a requested stop without a signal is no interruption', () => {
    const stop = new Stop();
    stop.request();
    expect(stop).toMatchObject({ isRequested: true, isInterruption: false, exitCode: 0 });
  });
});
