/**
 * Delivers notifications to one command or one address. Other modules decide on them and store them.
 */
import type { Notification } from '../../domain/notifications/alert-conditions.ts';
import { runCommand } from './deliver-by-command.ts';
import { postJson } from './deliver-by-post.ts';
import { terminalText } from '../../terminal-text.ts';

/** Delivers one notification; resolves to what went wrong, or to undefined. */
export type Deliver = (
  notification: Notification,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface DeliveryOptions {
  readonly command: string | undefined;
  readonly url: string | undefined;
  /** Of the command, without what is secret. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How long a delivery may take. */
export const maxDeliveryMs = 10_000;

/** Undefined where nothing is configured. */
export function createDelivery({ command, url, env }: DeliveryOptions): Deliver | undefined {
  if (command !== undefined) {
    return (notification, signal) =>
      runCommand(command, {
        input: `${JSON.stringify(payloadOf(notification))}\n`,
        env: { ...env, ...variablesOf(notification) },
        timeoutMs: maxDeliveryMs,
        signal,
      });
  }
  if (url === undefined) return undefined;
  return (notification, signal) =>
    postJson(url, payloadOf(notification), { timeoutMs: maxDeliveryMs, signal });
}

function payloadOf({
  kind,
  text,
  athleteId,
  since,
}: Notification): Readonly<Record<string, unknown>> {
  return { kind, text, athleteId, since: since.toISOString() };
}

function variablesOf({ kind, text, athleteId }: Notification): Record<string, string> {
  return {
    DOMESTIQUE_NOTICE_KIND: kind,
    DOMESTIQUE_NOTICE_TEXT: terminalText(text),
    DOMESTIQUE_NOTICE_ATHLETE: athleteId === undefined ? '' : String(athleteId),
  };
}
