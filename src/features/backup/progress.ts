/**
 * Shows how many documents of a collection are done: a bar on a terminal, an occasional log line
 * without one.
 */
import cliProgress from 'cli-progress';
import type { Program } from '../../program.ts';
import { number } from '../shared/text-format.ts';

/** `end` removes the bar from the screen. */
export interface Progress extends Disposable {
  /** `total`: the estimated number of documents in the collection. */
  readonly begin: (collection: string, total: number) => void;
  readonly advance: (documents?: number) => void;
}

const logEveryMs = 30_000;

/** `doing`: the verb of the line, such as "Restoring". */
export function createProgress(
  { isTerminal, stderr, log, clock }: Program,
  doing: string,
): Progress {
  let [collection, total, done] = ['', 0, 0];
  let loggedAtMs = clock.monotonicMs();
  const isDrawn = isTerminal && log.isLevelEnabled('info');
  const format = `${doing} {collection} [{bar}] {value}/{total} documents`;
  const options = { format, stream: stderr, clearOnComplete: true, hideCursor: true, barsize: 20 };
  const bar = isDrawn ? new cliProgress.SingleBar(options, cliProgress.Presets.legacy) : undefined;
  const logLine = (): void => {
    if (clock.monotonicMs() - loggedAtMs < logEveryMs) return;
    loggedAtMs = clock.monotonicMs();
    log.info(`${doing} ${collection}: ${number(done)} of ${number(total)} documents.`);
  };
  return {
    begin: (name, count) => {
      const isFirst = collection === '';
      [collection, total, done] = [name, count, 0];
      if (isFirst) bar?.start(total, 0, { collection });
      bar?.setTotal(total);
      bar?.update(0, { collection });
    },
    advance: (documents = 1) => {
      done += documents;
      if (done > total) total = done;
      if (bar === undefined) {
        logLine();
        return;
      }
      bar.setTotal(total);
      bar.update(done);
    },
    [Symbol.dispose]: () => {
      bar?.stop();
    },
  };
}
