/**
 * Names of exported files: unique by the activity's id, and safe whatever the activity is called, also on FAT
 * and in zip files. Names of devices, such as `con`, cannot come about, because each begins with the day.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import { textOf } from './samples.ts';

/** At this length a title takes at most 160 of the 255 bytes that file systems allow. */
const maxTitleLength = 40;

/** "2026-11-22-19000000001-morning-ride.gpx": only the letters and digits of a name stay. */
export function fileNameOf(recording: Recording, extension: string): string {
  const [day = ''] = recording.startAt
    .toISOString()
    .replace(/^[+-]0*/, '')
    .split('T');
  const title = titleOf(textOf(recording, 'name') ?? '');
  return `${[day, recording.id, ...(title === '' ? [] : [title])].join('-')}.${extension}`;
}

/** Invisible characters (joiners, variation selectors) would make two names that look the same. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

function titleOf(name: string): string {
  const plain = name.replace(invisible, '').normalize('NFC').toLowerCase();
  const title = (plain.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []).join('-');
  return Array.from(title).slice(0, maxTitleLength).join('').replace(/-$/, '');
}
