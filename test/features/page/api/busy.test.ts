import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createApi } from '../../../../src/features/page/api/api.ts';
import type { Database } from '../../../../src/main.ts';
import { createTestProgram } from '../../../support/command/program.ts';

it('four questions are read at a time, and one that gets no turn is told that the page is busy', async () => {
  const reads: (() => void)[] = [];
  const distinct = (): Promise<unknown> =>
    new Promise((resolve) => {
      reads.push(() => {
        resolve([]);
      });
    });
  const collection = (): object => ({ aggregate: () => ({ toArray: () => Promise.resolve([]) }) });
  const deadline = Promise.withResolvers<undefined>();
  const clock = { ...systemClock, sleep: () => deadline.promise };
  const api = createApi(createTestProgram({ clock }), {
    database: () =>
      ({ store: { activities: { distinct }, db: { collection } } }) as unknown as Database,
  });
  const paths = ['week', 'month', 'year', 'sport', 'day', 'weekday'].map(
    (by) => `/totals?by=${by}`,
  );
  const responses = paths.map(async (path) => api.request(path));
  await new Promise((resolve) => setImmediate(resolve));
  expect(reads.length).toBe(4);
  reads[0]?.();
  expect((await responses[0])?.status).toBe(200);
  expect(reads.length).toBe(5);
  deadline.resolve(undefined);
  const texts = (await Promise.all(responses)).map(async (response) => [
    response.headers.get('retry-after'),
    await response.text(),
  ]);
  const [, ...others] = await Promise.all(texts);
  const away = [null, '{"message":"MongoDB is away: try again once it is back."}'];
  const busy = [
    '5',
    '{"message":"The page has too much to read right now: try again in a moment."}',
  ];
  expect(others).toEqual([away, away, away, away, busy]);
});
