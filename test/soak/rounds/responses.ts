import { start } from '../../support/command/command.ts';
import { startResponseProxy } from '../../support/faults/response-proxy.ts';
import { createSpoiler, judgeSpoilt } from '../../support/faults/spoiler.ts';
import type { Round } from '../round.ts';
import { succeed } from '../round.ts';

const activities = 2_000;
/** The rest shows that the neighbours of mutated responses come to no harm. */
const share = { records: 0.2, streams: 0.9 };
const wrongPages = ['null', '7', '"[]"', '{}', '{"0":{}}'];

/** One sync of many activities whose responses are mutated on their way. */
export const responsesRound: Round = async ({ open, defer }, seed) => {
  const scene = await open({ seed, activities, env: { LOG_LEVEL: 'warn' } });
  const spoiler = createSpoiler({ seed, wrongPages, maxPoints: 100_000, share });
  const proxy = await startResponseProxy(scene.simulator, spoiler.alter);
  defer(() => proxy.close());
  const running = start({ ...scene, simulator: proxy.simulator }, ['sync']);
  defer(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });
  await succeed(running);
  const { wrong, harmed, doubled } = await judgeSpoilt(scene, spoiler);
  return {
    done: {
      'mutated responses': spoiler.alteredResponses(),
      'mutated records in lists': spoiler.records().size,
    },
    requests: scene.countedRequests(),
    overLimit: scene.simulator.requests.overLimit().length,
    lost: harmed,
    doubled,
    broken: wrong.map(
      ({ id, kind, expected, actual }) => `${id} (${kind}) is ${actual} instead of ${expected}`,
    ),
  };
};
