/**
 * A daemon in this process with a live webhook subscription at a simulator, one for each test.
 */
import { afterEach } from 'vitest';
import { start } from '../../src/features/daemon/command.ts';
import { webhookSubscribe } from '../../src/features/webhooks/command.ts';
import type { TestProgram } from './command/program.ts';
import type { Rounds, RoundsOptions } from './rounds.ts';
import { useRounds } from './rounds.ts';
import { eventually } from './waiting.ts';

export interface Daemon {
  readonly program: TestProgram;
  /** The address of its HTTP server. */
  readonly url: string;
}

export interface Subscribed extends Daemon {
  readonly scene: Rounds;
}

export interface Daemons {
  readonly open: (options?: RoundsOptions) => Promise<Rounds>;
  /** Starts a daemon that ends with its test. */
  readonly launch: (scene: Rounds, config?: Readonly<Record<string, string>>) => Promise<Daemon>;
  /** A scene, a daemon, and a subscription. */
  readonly subscribed: (options: RoundsOptions) => Promise<Subscribed>;
}

const quiet = { SYNC_SCHEDULE: '0 0 1 1 *', HTTP_PORT: '0' };
const listening = /The HTTP server listens at (http:[^"]*?)\."/;

/** Call it at the top of a test file. */
export function useDaemons(): Daemons {
  const open = useRounds();
  const running: { readonly program: TestProgram; readonly ended: Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const { program } of running) program.stop();
    await Promise.all(running.splice(0).map(({ ended }) => ended));
  });
  const launch: Daemons['launch'] = async (scene, config) => {
    const program = scene.program({ ...quiet, ...config });
    running.push({ program, ended: start(program) });
    await eventually(() => listening.test(program.logged()));
    const [, url = ''] = listening.exec(program.logged()) ?? [];
    return { program, url };
  };
  return {
    open,
    launch,
    subscribed: async (options) => {
      const scene = await open(options);
      const daemon = await launch(scene, options.config);
      await subscribe(scene, daemon.url);
      return { scene, ...daemon };
    },
  };
}

export async function subscribe(scene: Rounds, callbackUrl: string): Promise<void> {
  await webhookSubscribe(scene.program(), { json: true, callbackUrl });
}

type Notify = (event: Readonly<Record<string, unknown>>) => Promise<number>;

/** Posts an event as Strava does; returns the status. */
export async function notify(
  scene: Pick<Rounds, 'db'>,
  event: Readonly<Record<string, unknown>>,
): Promise<number> {
  const post = await notifier(scene);
  return post(event);
}

/** `notify` of the subscription that there is now, for many events. */
export async function notifier({ db }: Pick<Rounds, 'db'>): Promise<Notify> {
  const [subscription] = await db.collection('subscriptions').find().toArray();
  const url = String(subscription?.['callback_url']);
  return async (event) => {
    const whole = {
      object_type: 'activity',
      aspect_type: 'update',
      updates: {},
      owner_id: 1001,
      subscription_id: Number(subscription?.['subscription_id']),
      event_time: Math.floor(Date.now() / 1_000),
      ...event,
    };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(whole) });
    await response.arrayBuffer();
    return response.status;
  };
}
