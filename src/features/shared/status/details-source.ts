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

/** "off by the answer of 2026-10-05; turn on: npm run auth -- --details". Pure. */
export function detailsSourceText(given: DetailsSource, reader: Reader): string {
  const { areFetched, source } = given;
  const word = areFetched ? 'on' : 'off';
  if (source.startsWith('SYNC_')) return `${word} by ${source}`;
  const [change, option] = areFetched ? ['off', '--no-details'] : ['on', '--details'];
  return `${word}${becauseText(given, reader)}; turn ${change}: ${commandLine('auth', option)}`;
}

function becauseText({ source, at }: DetailsSource, reader: Reader): string {
  if (at === null) return ', as nobody answered';
  return ` by the ${source} of ${dayText(at, reader)}`;
}
