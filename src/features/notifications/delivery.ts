/**
 * What is delivered, and to whom: one command or one address. It neither decides what is told nor
 * remembers it.
 */
import type { Notice } from '../../domain/notifications/alert-conditions.ts';
import { runCommand } from './deliver-by-command.ts';
import { postJson } from './deliver-by-post.ts';

/** Delivers one notice; resolves to what went wrong, or to undefined. */
export type Deliver = (notice: Notice, signal: AbortSignal) => Promise<string | undefined>;

export interface DeliveryOptions {
  readonly command: string | undefined;
  readonly url: string | undefined;
  /** Of the command, without what is secret. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How long a delivery may take. */
export const longestDeliveryMs = 10_000;

/** Undefined where nothing is configured. */
export function createDelivery({ command, url, env }: DeliveryOptions): Deliver | undefined {
  if (command !== undefined) {
    return (notice, signal) =>
      runCommand(command, {
        input: `${JSON.stringify(payloadOf(notice))}\n`,
        env: { ...env, ...variablesOf(notice) },
        timeoutMs: longestDeliveryMs,
        signal,
      });
  }
  if (url === undefined) return undefined;
  return (notice, signal) =>
    postJson(url, payloadOf(notice), { timeoutMs: longestDeliveryMs, signal });
}

function payloadOf({ kind, text, athleteId, since }: Notice): Readonly<Record<string, unknown>> {
  return { kind, text, athleteId, since: since.toISOString() };
}

function variablesOf({ kind, text, athleteId }: Notice): Record<string, string> {
  return {
    DOMESTIQUE_NOTICE_KIND: kind,
    DOMESTIQUE_NOTICE_TEXT: text,
    DOMESTIQUE_NOTICE_ATHLETE: athleteId === undefined ? '' : String(athleteId),
  };
}
