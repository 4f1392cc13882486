import { afterEach, expect, it } from 'vitest';
import type { Page } from '../../../src/features/page/listener.ts';
import { servePage } from '../../../src/features/page/listener.ts';
import type { TestProgram } from '../../support/command/program.ts';
import { createTestProgram } from '../../support/command/program.ts';

let page: Page | undefined;
afterEach(() => page?.close());

/** A page whose every read of the database meets the same bug. */
async function serveBug(): Promise<{ readonly url: string; readonly program: TestProgram }> {
  const program = createTestProgram({ config: { PAGE_PORT: '0' } });
  const bug = new TypeError('it was undefined');
  const database = (): never => {
    throw bug;
  };
  page = await servePage(program, { database });
  return { url: page.url, program };
}

function errorsOf(program: TestProgram): readonly { level: string; err: { stack: string } }[] {
  const lines = program.logged().split('\n').slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as { level: string; err: { stack: string } })
    .filter(({ level }) => level === 'error');
}

it('a bug of the page is answered with 500 and a sentence, and logged once with its stack', async () => {
  const { url, program } = await serveBug();
  for (const path of ['/api/v1/totals?by=week', '/api/v1/activities', '/api/v1/now']) {
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(500);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await response.json()).toEqual({
      message: 'The page failed by a bug: its log has the error.',
    });
  }
  const errors = errorsOf(program);
  expect(errors.length).toBe(1);
  expect(errors[0]?.err.stack).toContain('bugs.test.ts');
});

it('a bug in a streamed body of the page breaks the connection off, and is logged with its stack', async () => {
  const { url, program } = await serveBug();
  const read = fetch(`${url}/api/v1/events`).then((response) => response.text());
  await expect(read).rejects.toThrow();
  await expect.poll(() => errorsOf(program).length).toBe(1);
  expect(errorsOf(program)[0]?.err.stack).toContain('TypeError: it was undefined');
  expect((await fetch(`${url}/api/v1/nothing`)).status).toBe(404);
});
