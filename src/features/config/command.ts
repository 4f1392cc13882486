/**
 * `config`: the effective configuration, secrets masked, with where each value came from.
 */
import { describeConfig, renderConfigTable } from '../../config/description.ts';
import { pageNote } from '../../config/page-rules.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import type { Program } from '../../program.ts';

export function config(program: Program, { json }: { json: boolean }): ExitCode {
  const rows = describeConfig(program.configSource);
  program.print(json ? JSON.stringify(rows) : renderConfigTable(rows));
  const note = pageNote(program.config.page);
  if (note !== undefined && !json) program.print(`\n${note}`);
  return exitCodes.done;
}
