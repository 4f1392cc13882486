import { Long } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkAthletes } from '../../../src/features/doctor/athletes.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { athleteId } from '../../mongo/pages.ts';

const adapter = useAdapter();
const check = (...ids: readonly (number | undefined)[]) => {
  const restingHeartrate = ids.map((id) => ({
    ...(id !== undefined && { athleteId: id }),
    value: 50,
  }));
  const given = { restingHeartrate, maxHeartrate: [], sex: [] };
  return checkAthletes(given, { store: adapter.store });
};

describe('the athletes whom settings name', () => {
  beforeAll(async () => {
    await adapter.store.athletes.insertOne({ _id: Long.fromNumber(athleteId) });
  });

  it('doctor says nothing of athletes where no setting names one', async () => {
    expect(await check()).toEqual([]);
    expect(await check(undefined)).toEqual([]);
  });

  it('doctor finds that each athlete whom a setting names is stored', async () => {
    expect(await check(undefined, athleteId)).toMatchObject([{ mark: 'ok' }]);
  });

  it('doctor warns of an athlete whom a setting names and who is not stored', async () => {
    expect(await check(athleteId, 5, 5)).toEqual([
      {
        mark: 'warning',
        found: 'ATHLETE_… settings name athletes who are not stored: 5.',
        advice: 'npm run accounts shows the ids.',
      },
    ]);
  });

  it('doctor skips the athletes of settings without a database', async () => {
    const given = { restingHeartrate: [{ athleteId, value: 50 }], maxHeartrate: [], sex: [] };
    expect(await checkAthletes(given, { uri: undefined })).toMatchObject([{ mark: 'skipped' }]);
  });
});
