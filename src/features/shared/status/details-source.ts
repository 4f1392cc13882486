/**
 * Whether an athlete's details are fetched, and what says so: the setting, or else the athlete's answer or
 * an import.
 */
import type { Config } from '../../../config/config.ts';
import { commandLine } from '../../../domain/invocation.ts';
import type { DetailsChoice } from '../../../mongo/athletes/details-choice.ts';
import type { Reader } from '../text/time-text.ts';
import { dayText } from '../text/time-text.ts';

export interface DetailsSource {
  readonly areFetched: boolean;
  /** The setting that decides, or what is stored with the athlete; `none` where there is neither. */
  readonly source: 'SYNC_DETAILS' | 'SYNC_SEGMENTS' | DetailsChoice['source'] | 'none';
  /** When it was answered or imported; null for a setting and for `none`. */
  readonly at: Date | null;
}

/** Pure. */
export function detailsSourceOf(
  {
    shouldFetchDetails,
    shouldFetchSegments,
  }: Pick<Config['sync'], 'shouldFetchDetails' | 'shouldFetchSegments'>,
  choice: DetailsChoice | undefined,
): DetailsSource {
  if (shouldFetchDetails !== undefined) {
    const source = shouldFetchSegments ? 'SYNC_SEGMENTS' : 'SYNC_DETAILS';
    return { areFetched: shouldFetchDetails, source, at: null };
  }
  if (choice === undefined) return { areFetched: false, source: 'none', at: null };
  return { areFetched: choice.is_wanted, source: choice.source, at: choice.at };
}

/**
 * "off by the answer of 2026-10-05; turn on: npm run accounts -- --details". `athleteId` is left out where
 * there is only one athlete. Pure.
 */
export function detailsSourceText(
  given: DetailsSource,
  reader: Reader,
  athleteId?: number,
): string {
  const { areFetched, source } = given;
  const word = areFetched ? 'on' : 'off';
  if (source.startsWith('SYNC_')) return `${word} by ${source}`;
  const change = areFetched ? 'off' : 'on';
  const line = detailsCommand(!areFetched, athleteId);
  return `${word}${becauseText(given, reader)}; turn ${change}: ${line}`;
}

/** The command that stores an answer; of the only athlete where none is named. */
export function detailsCommand(isWanted: boolean, athleteId?: number): string {
  const whose = athleteId === undefined ? [] : ['--athlete', String(athleteId)];
  return commandLine('accounts', isWanted ? '--details' : '--no-details', ...whose);
}

/** What to say of an answer that a setting contradicts; undefined where it does not. */
export function settingWinsText(
  isWanted: boolean,
  setting: boolean | undefined,
): string | undefined {
  if (setting === undefined || setting === isWanted) return undefined;
  const what = setting ? 'fetched' : 'not fetched';
  return `The answer is stored, but the details are ${what}: SYNC_DETAILS or SYNC_SEGMENTS is set, and a setting wins.`;
}

function becauseText({ source, at }: DetailsSource, reader: Reader): string {
  if (at === null) return ', as nobody answered';
  return ` by the ${source} of ${dayText(at, reader)}`;
}
