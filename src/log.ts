/** The structured log. It goes to stderr, never to stdout, which belongs to the commands' output. */
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogConfig } from './config/config.ts';
import { escapeActing, terminalText } from './terminal-text.ts';

/** The options of the log that every command takes. */
export interface LogOptions {
  /** Errors only. */
  readonly quiet?: boolean;
  /** Debug lines too. */
  readonly verbose?: boolean;
  /** False: no colors on a terminal either. */
  readonly color: boolean;
}

/** The settings of the log under the options of the command line, which win. */
export function withOptions(settings: LogConfig, { quiet, verbose }: LogOptions): LogConfig {
  const { level } = settings;
  if (quiet === true && level !== 'fatal' && level !== 'silent') {
    return { ...settings, level: 'error' };
  }
  return verbose === true && level !== 'trace' ? { ...settings, level: 'debug' } : settings;
}

/** Creates the log, for people unless JSON is configured; in colors where `isColored`. */
export function createLog(
  { level, format }: LogConfig,
  destination: { readonly write: (lines: string) => unknown },
  isTerminal: boolean,
  isColored = isTerminal,
): Logger {
  const isPretty = format !== 'json';
  const textOf = isPretty ? prettyTextOf({ isTerminal, isColored }) : escapeActing;
  const stream: DestinationStream = {
    // Without pino-pretty's own stream, which ends for ever at the first failed write.
    write: (line) => void destination.write(textOf(line)),
  };
  // pino-pretty turns numbers into coloured names.
  const formatters = isPretty ? {} : { level: (name: string) => ({ level: name }) };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters }, stream);
}

/** A line of JSON as a person reads it; one line each where a program may search them. */
function prettyTextOf({
  isTerminal,
  isColored,
}: Readonly<Record<'isTerminal' | 'isColored', boolean>>): (line: string) => string {
  const pretty = prettyFactory({
    colorize: isColored,
    singleLine: !isTerminal,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
    // Progress: its text says it all.
    ignore: 'pid,hostname,progress',
  });
  return (line) => pretty(JSON.parse(line, harmless));
}

/** Only a stack has lines of its own; pino-pretty indents them. */
function harmless(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return key === 'stack' ? value.split('\n').map(terminalText).join('\n') : terminalText(value);
}
