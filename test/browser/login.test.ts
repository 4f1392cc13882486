import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page as Served } from '../../src/features/page/listener.ts';
import { servePage } from '../../src/features/page/listener.ts';
import { createProjectFolder } from '../config/project-folder.ts';
import { createTestProgram } from '../support/command/program.ts';
import { schemes, useBrowser, widths } from './support/browser.ts';
import { expectAccessible, expectNoForeignRequests, expectNoOverflow } from './support/checks.ts';

const password = 'correct <b>horse</b> "battery" 🐴';

describe('the login of the page', () => {
  const browser = useBrowser();
  let served: Served;

  beforeAll(async () => {
    using project = createProjectFolder();
    const file = project.write('password', password);
    const program = createTestProgram({ config: { PAGE_PASSWORD_FILE: file } });
    served = await servePage(program, { database: () => undefined });
  });
  afterAll(() => served.close());

  it.each(schemes.flatMap((scheme) => widths.map((width) => [scheme, width] as const)))(
    'is accessible and fits in %s at %i px, also with a problem',
    async (scheme, width) => {
      const page = await browser.open(`${served.url}/calendar`, { scheme, width });
      await expectAccessible(page);
      await expectNoOverflow(page);
      expectNoForeignRequests(browser, served.url);
      await page.evaluate(() => {
        const problem = document.createElement('p');
        problem.className = 'notice';
        problem.textContent = 'This is not the password of the page.';
        document.querySelector('form')?.before(problem);
      });
      await expectAccessible(page);
      await expectNoOverflow(page);
    },
  );

  it('takes the password by the keyboard and without JavaScript', async () => {
    const page = await browser.open(served.url, { hasJavaScript: false });
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert').innerText()).resolves.toBe(
      'This is not the password of the page.',
    );
    await page.getByLabel('Password').focus();
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${served.url}/`);
    expect(await page.title()).toBe('Now · Domestique');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: false });
  });
});
