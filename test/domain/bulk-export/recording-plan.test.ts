import { describe, expect, it } from 'vitest';

import type {
  RecordingQuestion,
  StoredRecording,
} from '../../../src/domain/bulk-export/recording-plan.ts';
import { enteredByHand, planRecording } from '../../../src/domain/bulk-export/recording-plan.ts';

const row = { elapsed_time: 3_600, distance: 20_000 };
const cropped = { elapsed_time: 1_800, distance: 10_000 };

const ofApi: StoredRecording = {
  state: 'stored',
  source: 'api',
  record: row,
  earlierRow: undefined,
  isSameImport: false,
};
const ofExport: StoredRecording = {
  ...ofApi,
  source: 'export',
  record: undefined,
  earlierRow: row,
};

function plan(
  stored: Partial<StoredRecording> | undefined,
  question: Partial<RecordingQuestion> = {},
): string {
  const base = { kind: 'streams', row, prefer: 'api' } as const;
  return planRecording({ ...base, stored: stored && { ...ofApi, ...stored }, ...question });
}

describe('the recording of an export', () => {
  it.each<[string, Partial<StoredRecording> | undefined, Partial<RecordingQuestion>, string]>([
    ['is put where the activity is new', undefined, {}, 'put'],
    ["leaves the API's, which is preferred", {}, {}, 'keep'],
    ["takes the place of the API's where it is preferred", {}, { prefer: 'export' }, 'put'],
    [
      'is not taken where the activity was cropped',
      { record: cropped },
      { prefer: 'export' },
      'keep',
    ],
    [
      'is not taken for a pending one that was cropped',
      { record: cropped, state: 'pending' },
      {},
      'keep',
    ],
    ['is put where the API has still to be asked', { state: 'pending' }, {}, 'put'],
    ['is put where the API failed', { state: 'parked' }, {}, 'put'],
    ['is put where the API has none', { state: 'none' }, {}, 'put'],
    ['is put again where it changed', ofExport, {}, 'put'],
    ['stands where it is the same', { ...ofExport, isSameImport: true }, {}, 'keep'],
    ['is put where the same one has gone', { state: 'none', isSameImport: true }, {}, 'put'],
  ])('%s', (_, stored, question, expected) => {
    expect(plan(stored, question)).toBe(expected);
  });
});

describe('an import without a usable recording', () => {
  const pending = { kind: 'pending' } as const;
  it.each<[string, Partial<StoredRecording> | undefined, Partial<RecordingQuestion>, string]>([
    ['leaves a new activity to the API', undefined, pending, 'put'],
    ['changes nothing that the API brought', {}, pending, 'keep'],
    ['changes nothing of a pending activity', { ...ofExport, state: 'pending' }, pending, 'keep'],
    ['keeps the recording of an earlier export', ofExport, pending, 'keep'],
    ['gives up one that was cropped since', ofExport, { ...pending, row: cropped }, 'put'],
    [
      "keeps the API's recording of an unlisted activity",
      { ...ofExport, source: 'api' },
      { ...pending, row: cropped },
      'keep',
    ],
    [
      'asks for one that an earlier export took for entered by hand',
      { ...ofExport, state: 'none', reason: enteredByHand },
      pending,
      'put',
    ],
    ['leaves what expired', { ...ofExport, state: 'none', reason: 'expired' }, pending, 'keep'],
    ['says that there is none', { ...ofExport, state: 'pending' }, { kind: 'none' }, 'put'],
    ['keeps what is stored all the same', ofExport, { kind: 'none' }, 'keep'],
    [
      'is the same as before',
      { ...ofExport, state: 'pending', isSameImport: true },
      { kind: 'none' },
      'keep',
    ],
  ])('%s', (_, stored, question, expected) => {
    expect(plan(stored, question)).toBe(expected);
  });
});
