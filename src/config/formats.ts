/**
 * The general formats of settings: numbers, lengths of time, switches, choices. Each takes a text
 * exactly or refuses it; none coerces, trims or guesses.
 */
import { parseDuration, writeDuration } from '../domain/duration.ts';

/** A value, or what is wrong with the text, worded to follow the setting's name. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Reads one setting's text. */
export type Format<T> = (text: string) => Parsed<T>;

/** Shorter than a Strava client secret, so that one pasted into the wrong setting is not repeated. */
const maxEchoLength = 30;

/** A refusal that repeats the text, where it is short: for settings that cannot hold a secret. */
export function reject(rule: string, text: string): { readonly problem: string } {
  return { problem: text.length > maxEchoLength ? rule : `${rule}, not ${JSON.stringify(text)}` };
}

/** A whole number in plain decimal digits. */
export function wholeNumber(range: { least: number; most: number }): Format<number> {
  const { least, most } = range;
  const limits =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : reject(`must be a whole number ${limits}`, text);
  };
}

/** A length of time such as `15m`, in milliseconds. */
export function duration(range: { minMs: number; maxMs: number }): Format<number> {
  const limits = `from ${writeDuration(range.minMs)} to ${writeDuration(range.maxMs)}`;
  return (text) => {
    const value = parseDuration(text) ?? Number.NaN;
    return value >= range.minMs && value <= range.maxMs
      ? { value }
      : reject(`must be a length of time ${limits}, with its unit (ms, s, m, h, d)`, text);
  };
}

/** `true` or `false`. */
export const onOff: Format<boolean> = (text) =>
  text === 'true' || text === 'false'
    ? { value: text === 'true' }
    : reject('must be true or false', text);

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]): Format<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? reject(`must be one of ${words.join(', ')}`, text) : { value };
  };
}

/** A command line for the shell; a wrong one is not repeated, for it may hold a secret. */
export const commandLine: Format<string> = (text) =>
  text.trim() === '' || text.includes('\0')
    ? { problem: 'must be a command line' }
    : { value: text };

/** The path of a file or folder. */
export const path: Format<string> = (text) =>
  text.trim() === '' || text.includes('\0') ? { problem: 'must be a path' } : { value: text };
