import { describe, expect, it } from 'vitest';
import {
  isPhotoAddress,
  photoFileName,
  photosIn,
  withoutQuery,
  settleFiles,
} from '../../../src/domain/activity/photo-files.ts';
import type { PhotoFailure } from '../../../src/domain/activity/photo-files.ts';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const nowMs = Date.UTC(2026, 5, 1);

describe('the photos of a list', () => {
  it('a photo has the address of its largest picture', () => {
    const urls = { 600: 'https://x/small', 5000: 'https://x/large', 1800: 'https://x/middle' };
    expect(photosIn([{ unique_id: 'a-1', urls }])).toEqual([
      { id: 'a-1', address: 'https://x/large' },
    ]);
  });

  it('a photo without an id or an address is left out, and one that is listed twice comes once', () => {
    const urls = { 5000: 'https://x/a' };
    const odd = [{ urls }, { unique_id: 'b' }, { unique_id: 'c', urls: { 5000: null } }];
    expect(photosIn([...odd, { unique_id: 'a', urls }, { unique_id: 'a', urls }])).toHaveLength(1);
  });

  it('an id that would leave the folder, hide the file or be too long becomes a name of its own', () => {
    const ids = ['../../etc/passwd', '.hidden', 'a/b', 'a\0b', 'x'.repeat(300), 'a.jpg', ''];
    const photos = photosIn(ids.map((unique_id) => ({ unique_id, urls: { 1: 'https://x/' } })));
    expect(new Set(photos.map(({ id }) => id)).size).toBe(ids.length);
    for (const { id } of photos) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('an id beyond 2^53 is not rounded', () => {
    const [photo] = photosIn([{ id: 2n ** 53n + 1n, urls: { 1: 'https://x/' } }]);
    expect(photo?.id).toBe('9007199254740993');
  });
});

describe('the name of a file', () => {
  it.each([
    ['image/jpeg', 'a.jpg'],
    ['IMAGE/PNG; charset=binary', 'a.png'],
    ['text/html', undefined],
    ['image/svg+xml', undefined],
    ['constructor', undefined],
    [undefined, undefined],
  ])('the content type %s makes it %s', (type, name) => {
    expect(photoFileName('a', type)).toBe(name);
  });
});

describe('the address of a photo', () => {
  const apiUrl = 'http://127.0.0.1:8080/api/v3';

  it.each([
    ['https://photos.example.org/a.jpg?sig=1', true],
    ['http://127.0.0.1:8080/photos/a.gif', true],
    ['http://127.0.0.1:8081/photos/a.gif', false],
    ['http://photos.example.org/a.jpg', false],
    ['https://user:secret@photos.example.org/a.jpg', false],
    ['file:///etc/passwd', false],
    ['nonsense', false],
  ])('%s may be fetched: %s', (address, isAllowed) => {
    expect(isPhotoAddress(address, apiUrl)).toBe(isAllowed);
  });

  it('another signature is the same place', () => {
    expect(withoutQuery('https://x/a.jpg?sig=1')).toBe(withoutQuery('https://x/a.jpg?sig=2#b'));
    expect(withoutQuery('https://x/a.jpg')).not.toBe(withoutQuery('https://x/b.jpg'));
  });
});

describe('what follows from a try', () => {
  const settle = (failures: readonly PhotoFailure[], addressAgeMs?: number) =>
    settleFiles({
      failures: new Set(failures),
      triesBefore: 0,
      addressesAt: addressAgeMs === undefined ? undefined : new Date(nowMs - addressAgeMs),
      ...{ nowMs, random: 1 },
    });

  it('files are stored where nothing failed', () => {
    expect(settle([], dayMs)).toEqual({ kind: 'stored' });
  });

  it('old addresses that are not valid any more are asked for again, new ones only with another list', () => {
    expect(settle(['gone'], dayMs)).toEqual({ kind: 'askAgain' });
    expect(settle(['gone'], hourMs / 2)).toEqual({ kind: 'gone' });
    expect(settle(['gone'])).toEqual({ kind: 'gone' });
  });

  it('a transient failure is tried again within a minute, whatever else failed', () => {
    const outcome = settle(['gone', 'unusable', 'transient'], dayMs);
    expect(outcome).toMatchObject({ kind: 'retry', retry: { tries: 1, isParked: false } });
  });

  it('what is no photo is parked after five tries', () => {
    const failures = new Set(['unusable'] as const);
    const given = { failures, triesBefore: 4, addressesAt: undefined, nowMs, random: 1 };
    expect(settleFiles(given)).toMatchObject({ kind: 'retry', retry: { isParked: true } });
  });
});
