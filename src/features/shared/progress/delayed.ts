/**
 * Shows that a command works once that takes longer than two seconds: lines on a terminal; without one, a
 * sentence and then one every 30 seconds. A command that ends sooner shows nothing.
 */
import { formatDuration, secondMs } from '../../../domain/duration.ts';
import type { Program } from '../../../program.ts';
import { isDrawn } from './is-drawn.ts';
import type { Screen } from './screen.ts';
import { fittingLine } from './lines.ts';

/** What is shown, asked for each time. */
export interface Shown {
  /** How many lines there are; 1 by default. */
  readonly rows?: number;
  /** The lines for a terminal of that width. */
  readonly lines: (width: number) => readonly string[];
  readonly sentence: () => string;
}

type ShowingProgram = Pick<Program, 'isTerminal' | 'stderr' | 'log' | 'clock' | 'config'>;

const showAfterMs = 2_000;
const logEveryMs = 30_000;

/** Disposing of it removes the line from the screen. */
export function showWhenSlow(
  program: ShowingProgram,
  { rows = 1, lines, sentence }: Shown,
): Disposable {
  const { stderr, log, clock } = program;
  const ended = new AbortController();
  let screen: Screen | undefined;
  const draw = async (): Promise<void> => {
    // Few commands are slow.
    const { openScreen } = await import('./screen.ts');
    if (!ended.signal.aborted) screen = openScreen(stderr, rows, lines);
  };
  const show = async (): Promise<void> => {
    await clock.sleep(showAfterMs, ended.signal);
    if (isDrawn(program)) {
      await draw();
      return;
    }
    while (!ended.signal.aborted) {
      log.info(sentence());
      await clock.sleep(logEveryMs, ended.signal);
    }
  };
  void show();
  return {
    [Symbol.dispose]: () => {
      ended.abort();
      screen?.end();
    },
  };
}

/** Runs a step of unknown length; `doing` names it, such as "Starting the embedded MongoDB". */
export async function showStepWhenSlow<T>(
  program: ShowingProgram,
  doing: string,
  step: () => Promise<T>,
): Promise<T> {
  const { clock } = program;
  const startedMs = clock.monotonicMs();
  const sentence = (): string => {
    const seconds = Math.floor((clock.monotonicMs() - startedMs) / secondMs);
    return `${doing}, for ${formatDuration(seconds * secondMs)} so far.`;
  };
  const shown = showWhenSlow(program, {
    lines: (width) => [fittingLine([sentence(), `${doing}.`], width)],
    sentence,
  });
  try {
    return await step();
  } finally {
    shown[Symbol.dispose]();
  }
}
