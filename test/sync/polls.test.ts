import { describe, expect, it } from 'vitest';
import type { PolledAthlete } from '../../src/domain/rate-limit/poll-plan.ts';
import { createHold, idle, startMs } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { someStreams } from './fakes/strava.ts';

const minuteMs = 60_000;
const ids = Array.from({ length: 12 }, (_, index) => 1_001 + index);

/** Everybody's recordings wait, and one request of a recording is in flight until the test ends it. */
async function createBackfill(polledAthletes: () => readonly PolledAthlete[]) {
  const hold = createHold<typeof someStreams>();
  const engine = createFakeEngine({
    pending: Object.fromEntries(ids.map((id) => [id, [id]])),
    source: { streams: () => hold.promise },
    athletes: { polledAthletes: () => Promise.resolve(polledAthletes()) },
    maxInFlight: 30,
  });
  const run = engine.run({ isTick: true });
  await idle();
  await idle();
  const polled = (): readonly string[] =>
    engine.requests.flatMap(({ name }) => (name.startsWith('list ') ? [name.slice(5)] : []));
  const end = async (): Promise<void> => {
    hold.resolve(someStreams);
    await run;
  };
  return { engine, polled, end };
}

const polledAgo = (athleteId: number, agoMs: number): PolledAthlete => ({
  athleteId,
  polledAtMs: startMs - agoMs,
  newestStartMs: startMs - 86_400_000,
});

describe('a tick of the schedule', () => {
  it('a tick of the schedule polls only who is due, whoever is held', async () => {
    const last = ids.map((id) => polledAgo(id, id === 1_003 ? 300 * minuteMs : minuteMs));
    const { polled, end } = await createBackfill(() => [
      ...last.slice(0, 11),
      { athleteId: 1_012 },
    ]);
    expect([...polled()].sort()).toEqual(['1003', '1012']);
    await end();
  });

  it('a tick of the schedule marks nobody who was due at an earlier tick and was polled elsewhere meanwhile', async () => {
    let agoMs = 300 * minuteMs;
    const { engine, polled, end } = await createBackfill(() =>
      ids.map((id) => polledAgo(id, agoMs)),
    );
    expect(polled()).toHaveLength(12);
    agoMs = 0;
    expect(engine.job.poll()).toBe(true);
    await idle();
    expect(polled()).toHaveLength(12);
    await end();
  });

  it('a tick of the schedule polls 40 lists in two windows where a window has room for 33', async () => {
    const many = Array.from({ length: 40 }, (_, index) => 2_001 + index);
    const engine = createFakeEngine({
      pending: Object.fromEntries(many.map((id) => [id, [id]])),
      athletes: { polledAthletes: () => Promise.resolve(many.map((id) => polledOf(engine, id))) },
      tickIntervalMs: 60 * minuteMs,
    });
    await engine.run({ isTick: true });
    const polls = engine.requests.filter(({ name }) => name.startsWith('list '));
    const windowOf = (atMs: number): number => Math.floor(atMs / (15 * minuteMs));
    const first = polls.filter(({ atMs }) => windowOf(atMs) === windowOf(startMs));
    expect(first).toHaveLength(33);
    expect(new Set(polls.map(({ name }) => name)).size).toBe(40);
  });
});

/** As the database would have it: polled when the list was requested last. */
function polledOf({ requests }: ReturnType<typeof createFakeEngine>, athleteId: number) {
  const request = requests.findLast(({ name }) => name === `list ${athleteId}`);
  return { athleteId, ...(request && { polledAtMs: request.atMs }) };
}
