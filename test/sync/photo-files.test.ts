import { describe, expect, it } from 'vitest';
import type { PhotoFile } from '../../src/domain/activity/photo-files.ts';
import { OutputFailedError } from '../../src/errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  StravaTransientError,
} from '../../src/strava-errors.ts';
import type { DueFiles, FilesState, FoundFile, PhotoPorts } from '../../src/sync/ports/photos.ts';
import { ada } from './fakes/athletes.ts';
import { createHold, idle, startMs } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';

const reset = new StravaTransientError('A connection reset.');
const gone = new NotFoundError('The address of photo a is not valid any more (404).');

function dueOf(activityId: number, changes: Partial<DueFiles> = {}): DueFiles {
  const photos = [{ id: 'a', address: 'https://x/a' }];
  const addressesAt = new Date(startMs);
  return { activityId, photos, files: [], tries: 0, addressesAt, isListOpen: false, ...changes };
}

interface Given {
  readonly due?: readonly DueFiles[];
  readonly fetch?: PhotoPorts['fetch'];
  readonly folder?: Partial<PhotoPorts['folder']>;
  readonly found?: readonly FoundFile[];
}

/** Ports over some due activities, and what was stored of each. */
function fakePhotos({ due = [], fetch, folder = {}, found = [] }: Given) {
  let left = due;
  const fetched: string[] = [];
  const kept: string[][] = [];
  const stored: { readonly id: number; readonly files: readonly PhotoFile[]; state: FilesState }[] =
    [];
  const photos: PhotoPorts = {
    store: {
      due: () => Promise.resolve(left.slice(0, 2)),
      store: (_, { activityId: id }, given) => {
        left = left.filter(({ activityId }) => activityId !== id);
        stored.push({ id, ...given });
        return Promise.resolve();
      },
      withoutPhotos: () => Promise.resolve([]),
    },
    folder: {
      list: () => Promise.resolve(found),
      save: (athleteId, activityId, { name }) =>
        Promise.resolve(`${athleteId}/${activityId}/${name}`),
      keepOnly: (_, __, names) => Promise.resolve(void kept.push([...names])),
      activityIds: () => Promise.resolve([]),
      assertRemovable: () => Promise.resolve(),
      removeAthlete: () => Promise.resolve(0),
      ...folder,
    },
    fetch: (photo, signal) => {
      fetched.push(photo.address);
      const content = { name: `${photo.id}.jpg`, content: new Uint8Array(3) };
      return fetch?.(photo, signal) ?? Promise.resolve(content);
    },
  };
  return { photos, fetched, kept, stored };
}

async function run(given: Given) {
  const fake = fakePhotos(given);
  const engine = createFakeEngine({ photos: fake.photos });
  await engine.run();
  return { ...fake, engine };
}

describe("the photos' files in a run", () => {
  it('a run ends once the files of all due photos are stored', async () => {
    const { stored } = await run({ due: [1, 2, 3, 4, 5].map((id) => dueOf(id)) });
    expect(stored.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(stored[0]).toMatchObject({
      state: { kind: 'stored' },
      files: [{ id: 'a', path: '1001/1/a.jpg', bytes: 3, address: 'https://x/a' }],
    });
  });

  it('while a photo is fetched, streams are, and the run ends only after it', async () => {
    const hold = createHold<never>();
    const { photos } = fakePhotos({ due: [dueOf(7)], fetch: () => hold.promise });
    const engine = createFakeEngine({ pending: { [ada]: [1, 2] }, photos });
    let isDone = false;
    const running = engine.run().finally(() => (isDone = true));
    for (let wait = 0; wait < 20; wait += 1) await idle();
    expect(engine.requests).toHaveLength(2);
    expect(engine.released).toEqual([]);
    expect(isDone).toBe(false);
    hold.reject(reset);
    await running;
    expect(engine.released).toEqual(['athlete:1001']);
  });

  it.each([
    [false, 'askAgain'],
    [true, 'gone'],
  ])(
    'where a photo is gone, Strava is asked again for an old list, unless it is asked anyway (%s)',
    async (isListOpen, kind) => {
      const addressesAt = new Date(startMs - 7_200_000);
      const due = [dueOf(7, { addressesAt, isListOpen })];
      const { stored } = await run({ due, fetch: () => Promise.reject(gone) });
      expect(stored).toMatchObject([{ id: 7, state: { kind } }]);
    },
  );

  it('a stop ends the run in the middle of a photo, and stores nothing of it', async () => {
    const { photos, stored } = fakePhotos({
      due: [dueOf(7)],
      fetch: (_, signal) =>
        new Promise((__, reject) => {
          signal.addEventListener('abort', () => {
            reject(reset);
          });
        }),
    });
    const engine = createFakeEngine({ photos });
    const running = engine.run();
    for (let wait = 0; wait < 20; wait += 1) await idle();
    engine.stop();
    await running;
    expect(stored).toEqual([]);
  });

  it('a file that is there is not fetched again, unless its photo is at another place by now', async () => {
    const found = ['a', 'b', 'c'].map((id) => ({
      name: `${id}.jpg`,
      path: `p/${id}.jpg`,
      bytes: 9,
    }));
    const photoIds = ['a', 'b', 'c'].map((id) => ({ id, address: `https://x/${id}?sig=2` }));
    const at = new Date(0);
    const recorded = { path: 'p', bytes: 9, fetchedAt: at };
    const files = [
      { id: 'a', ...recorded, address: 'https://x/a' },
      { id: 'b', ...recorded, address: 'https://x/placeholder' },
    ];
    const { fetched, kept, stored } = await run({
      due: [dueOf(1, { photos: photoIds, files })],
      found: [...found, { name: 'old.jpg', path: 'p/old.jpg', bytes: 9 }],
    });
    expect(fetched).toEqual(['https://x/b?sig=2']);
    expect(kept).toEqual([['a.jpg', 'b.jpg', 'c.jpg']]);
    expect(stored[0]?.files.map(({ id, bytes }) => [id, bytes])).toEqual([
      ['a', 9],
      ['b', 3],
      ['c', 9],
    ]);
  });

  it.each([
    ['a transient failure is tried again', reset, { kind: 'retry', error: reset.message }],
    [
      'what is no photo is tried again',
      new MalformedResponseError('No photo.'),
      { kind: 'retry', error: 'No photo.' },
    ],
    ['a photo that is gone waits for another list', gone, { kind: 'gone', reason: gone.message }],
  ])('%s, and the other photos of the activity are stored', async (_, error, state) => {
    const photos = ['a', 'b'].map((id) => ({ id, address: `https://x/${id}` }));
    const { stored } = await run({
      due: [dueOf(1, { photos })],
      fetch: ({ id }) =>
        id === 'a'
          ? Promise.reject(error)
          : Promise.resolve({ name: 'b.jpg', content: new Uint8Array(1) }),
    });
    expect(stored).toMatchObject([{ state, files: [{ id: 'b' }] }]);
  });

  it('after three photos of an activity that do not get through, the others are not tried, and stay', async () => {
    const photos = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, address: `https://x/${id}` }));
    const found = [{ name: 'e.jpg', path: 'p/e.jpg', bytes: 9 }];
    const earlier = { id: 'e', path: 'p/e.jpg', bytes: 9, fetchedAt: new Date(0) };
    const files = [{ ...earlier, address: 'https://x/other' }];
    const fetch = () => Promise.reject(reset);
    const { fetched, kept, stored } = await run({
      due: [dueOf(1, { photos, files })],
      found,
      fetch,
    });
    expect(fetched).toHaveLength(3);
    expect(kept).toEqual([['e.jpg']]);
    expect(stored).toMatchObject([{ files, state: { kind: 'retry' } }]);
  });

  it('after three activities in a row whose photos do not get through, the others wait', async () => {
    const due = [1, 2, 3, 4, 5].map((id) => dueOf(id));
    const { fetched } = await run({ due, fetch: () => Promise.reject(reset) });
    expect(fetched).toHaveLength(3);
  });

  it('a folder that cannot be written is noted once, and stops nothing else', async () => {
    const full = new OutputFailedError('The disk is full.');
    const files = [
      { id: 'z', path: 'p', bytes: 1, address: 'https://x/z', fetchedAt: new Date(0) },
    ];
    const fake = fakePhotos({
      due: [dueOf(1, { files }), dueOf(2)],
      folder: { save: () => Promise.reject(full) },
    });
    const engine = createFakeEngine({ pending: { [ada]: [1, 2, 3] }, photos: fake.photos });
    const { stopped } = await engine.run();
    expect(stopped.size).toBe(0);
    expect(engine.requests).toHaveLength(3);
    expect(fake.stored).toMatchObject([
      { id: 1, files, state: { kind: 'retry', error: full.message, retry: { tries: 0 } } },
    ]);
  });
});
