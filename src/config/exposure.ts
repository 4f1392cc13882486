/**
 * Warns of files with secrets that other users can read or change.
 */
import path from 'node:path';

import { exposureOf } from '../domain/auth/secret-file.ts';
import type { Origin } from './files.ts';
import { modeOf } from './files.ts';
import { allSettings, schema } from './settings.ts';

/** A file of the user's settings, with its name for messages. */
export interface UserFile {
  readonly path: string;
  readonly name: string;
}

/** A warning for each file with a secret that other users can read or change. */
export function exposureWarnings(
  secrets: UserFile,
  origins: ReadonlyMap<string, Origin>,
  projectDir: string,
): readonly string[] {
  const names = new Map([[secrets.path, secrets.name]]);
  for (const { keyPath, sensitive } of allSettings) {
    const { file, source = '' } = origins.get(keyPath) ?? {};
    if (sensitive === true && file !== undefined) names.set(file, source);
  }
  const password = origins.get('page.passwordFile')?.text;
  if (password !== undefined) {
    names.set(path.resolve(projectDir, password), `file of ${schema.page.passwordFile.env}`);
  }
  return [...names].flatMap(([file, name]) => {
    const exposure = exposureOf(file, modeOf(file));
    if (exposure === undefined) return [];
    // The path of a variable's file is the user's own, and is not repeated.
    const [subject, operand] = name.startsWith('file of ')
      ? [`The ${name}`, '']
      : [name, ` ${name}`];
    return [
      `${subject} can be ${exposure} by other users of this machine; \`chmod 600${operand}\` ends that.`,
    ];
  });
}
