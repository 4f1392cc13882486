/**
 * Delivers notifications to one command or one address. Other modules decide on them and store them.
 */
import type {
  Notification,
  NotificationKind,
} from '../../domain/notifications/alert-conditions.ts';
import type { NewActivity } from '../../domain/notifications/new-activity.ts';
import { runCommand } from './deliver-by-command.ts';
import { postJson } from './deliver-by-post.ts';
import { terminalText } from '../../terminal-text.ts';

/** What is delivered. */
export interface Message extends Pick<Notification, 'text' | 'athleteId' | 'since'> {
  readonly kind: NotificationKind | 'activity';
  /** The new activity; JSON leaves out the numbers that Strava did not send. */
  readonly activity?: {
    readonly [K in Exclude<keyof NewActivity, 'athleteId' | 'tries'>]: NewActivity[K] | undefined;
  };
}

/** Delivers one message; resolves to what went wrong, or to undefined. */
export type Deliver = (message: Message, signal: AbortSignal) => Promise<string | undefined>;

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
    return (message, signal) =>
      runCommand(command, {
        input: `${JSON.stringify(payloadOf(message))}\n`,
        env: { ...env, ...variablesOf(message) },
        timeoutMs: maxDeliveryMs,
        signal,
      });
  }
  if (url === undefined) return undefined;
  return (message, signal) =>
    postJson(url, payloadOf(message), { timeoutMs: maxDeliveryMs, signal });
}

function payloadOf({
  kind,
  text,
  athleteId,
  since,
  activity,
}: Message): Readonly<Record<string, unknown>> {
  return { kind, text, athleteId, since: since.toISOString(), activity };
}

function variablesOf({ kind, text, athleteId, activity }: Message): Record<string, string> {
  return {
    DOMESTIQUE_NOTICE_KIND: kind,
    DOMESTIQUE_NOTICE_TEXT: terminalText(text),
    DOMESTIQUE_NOTICE_ATHLETE: athleteId === undefined ? '' : String(athleteId),
    DOMESTIQUE_NOTICE_ACTIVITY: activity === undefined ? '' : String(activity.id),
  };
}
