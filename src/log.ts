/** The structured log. It goes to stderr, never to stdout, which belongs to the commands' output. */
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { LogConfig } from './config/config.ts';

/** Creates the log; `isTerminal` decides the format where none is configured. */
export function createLog(
  { level, format }: LogConfig,
  destination: NodeJS.WritableStream,
  isTerminal: boolean,
): Logger {
  const isPretty = (format ?? (isTerminal ? 'pretty' : 'json')) === 'pretty';
  const stream: DestinationStream = isPretty
    ? pretty({
        destination,
        colorize: isTerminal,
        translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
        ignore: 'pid,hostname',
        sync: true,
      })
    : { write: (line) => void destination.write(line) };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, stream);
}
