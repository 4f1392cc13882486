import { describe, expect, it } from 'vitest';
import { createCommands } from '../../../src/command-line.ts';
import { queryOrderOf } from '../../../src/features/query/options.ts';
import { recipes } from '../../../src/queries/recipes.ts';

/** Performs no command. */
const reject = (): Promise<void> => Promise.reject(new Error('performed'));

async function helpOf(name: string, width: number): Promise<string> {
  let help = '';
  const program = createCommands(reject, process.stdin);
  const query = program.commands.find((each) => each.name() === 'query');
  query?.configureOutput({ getOutHelpWidth: () => width, writeOut: (text) => (help += text) });
  const parsing = program.parseAsync(['query', name, '--help'], { from: 'user' });
  await expect(parsing).rejects.toMatchObject({ exitCode: 0 });
  return help;
}

describe.each(recipes)('the help of the question $name', ({ name, title, parameters }) => {
  it(`of ${name} has the question, its parameters and an example that is taken`, async () => {
    const help = await helpOf(name, 200);
    expect(help).toContain(`Usage: domestique query ${name}`);
    expect(help).toContain(title);
    for (const parameter of parameters) expect(help).toContain(`  --${parameter} `);
    const [, line = ''] = /^Example:\n {2}npm run query -- (.*)$/m.exec(help) ?? [];
    const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    expect(args[0]).toBe(name);
    expect(() => queryOrderOf(args as string[], 0)).not.toThrow();
  });

  it(`of ${name} fits a terminal of 60 columns, but for an argument that is longer`, async () => {
    const lines = (await helpOf(name, 60)).split('\n');
    expect(lines.filter((line) => line.length > 60 && !/^ {4}--\w+ '/.test(line))).toEqual([]);
  });
});
