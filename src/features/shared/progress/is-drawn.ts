/**
 * Whether progress is drawn or logged.
 */
import type { Program } from '../../../program.ts';

/** Drawn on a terminal, unless only warnings or JSON are wanted; else logged. */
export function isDrawn({
  isTerminal,
  log,
  config,
}: Pick<Program, 'isTerminal' | 'log' | 'config'>): boolean {
  return isTerminal && config.log.format !== 'json' && log.isLevelEnabled('info');
}
