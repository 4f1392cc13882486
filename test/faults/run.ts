/**
 * Runs the fault suite at its full length, or with `--short` in the form that takes minutes. Every other
 * argument is vitest's: file names, `-t`, `--reporter`.
 */
import { parseCLI, startVitest } from 'vitest/node';

const args = process.argv.slice(2);
process.env['FAULTS'] = args.includes('--short') ? 'short' : 'whole';
const given = parseCLI(['vitest', 'run', ...args.filter((arg) => arg !== '--short')]);
const vitest = await startVitest(given.filter, {
  ...given.options,
  config: 'vitest.faults.config.ts',
});
await vitest.close();
