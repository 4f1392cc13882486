import { expect, it } from 'vitest';
import { createCommands } from '../../src/command-line.ts';
import { commandsText } from '../../src/command-line/page.ts';

it('docs/commands.md matches the page that the definitions of the commands generate', async () => {
  // `npm exec vitest run test/command-line/page.test.ts -- -u` writes the page.
  const program = createCommands(() => Promise.resolve(), process.stdin);
  await expect(commandsText(program)).toMatchFileSnapshot('../../docs/commands.md');
});
