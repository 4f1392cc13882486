import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { pageNote } from '../../src/config/page-rules.ts';
import { createProjectFolder, problemsOf } from './project-folder.ts';

const passwordFile = { PAGE_PASSWORD_FILE: '/run/secrets/page' };
const trusted = { PAGE_TRUST_PROXY: 'true' };
const noLogin = { PAGE_AUTH: 'none' };

const problemsWith = (env: Readonly<Record<string, string>>): readonly string[] => {
  using project = createProjectFolder();
  return problemsOf({ env, configDir: project.configDir });
};

describe('the login of the page', () => {
  it.each([
    [{}],
    [{ PAGE_HOST: 'localhost' }],
    [{ PAGE_HOST: '127.0.0.2' }],
    [{ PAGE_HOST: '::1' }],
    [passwordFile],
    [{ PAGE_HOST: '0.0.0.0', ...passwordFile }],
    [{ PAGE_HOST: '0.0.0.0', ...passwordFile, ...trusted }],
    [{ PAGE_HOST: '0.0.0.0', ...noLogin, ...trusted }],
    [{ ...noLogin, ...trusted }],
    [{ ...passwordFile, ...trusted }],
  ])('is decided by %j', (env) => {
    expect(problemsWith(env)).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '192.0.2.7', 'page.example.org', '127.0.0.1.example.org'])(
    'is missing at the host %s',
    (host) => {
      expect(problemsWith({ PAGE_HOST: host })).toEqual([
        'PAGE_HOST: other machines reach the page at this address, so it needs a login; set PAGE_PASSWORD_FILE, or PAGE_AUTH=none and PAGE_TRUST_PROXY=true where your proxy asks for one',
      ]);
    },
  );

  it.each([
    [trusted, /^PAGE_TRUST_PROXY: .*needs a login; set PAGE_PASSWORD_FILE, or PAGE_AUTH=none/],
    [noLogin, /^PAGE_AUTH: none needs PAGE_TRUST_PROXY=true/],
    [{ PAGE_HOST: '0.0.0.0', ...noLogin }, /^PAGE_AUTH: none needs PAGE_TRUST_PROXY=true/],
    [
      { ...noLogin, ...trusted, ...passwordFile },
      /^PAGE_AUTH: none and PAGE_PASSWORD_FILE contradict/,
    ],
    [
      { PAGE_TILES_URL: 'https://x/{z}/{x}/{y}' },
      /^PAGE_TILES_URL: needs PAGE_TILES_ATTRIBUTION as well/,
    ],
    [{ PAGE_TILES_ATTRIBUTION: 'x' }, /^PAGE_TILES_ATTRIBUTION: needs PAGE_TILES_URL as well/],
  ])('is contradicted by %j', (env, problem) => {
    const problems = problemsWith(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it('is looked for in the place where the user wrote it', () => {
    using project = createProjectFolder();
    project.write('config/local.json', { page: { host: '0.0.0.0' } });
    const [problem] = problemsOf({ env: {}, configDir: project.configDir });
    expect(problem).toMatch(/^config\/local\.json, page\.host: other machines reach the page/);
  });
});

describe('the file of the password', () => {
  it.each([
    [0o600, []],
    [
      0o644,
      [
        'The file of PAGE_PASSWORD_FILE can be read by other users of this machine; `chmod 600` ends that.',
      ],
    ],
  ])('with the mode %o has the warnings %j', (mode, warnings) => {
    using project = createProjectFolder();
    project.write('page-password', 'a long password', mode);
    const env = { PAGE_PASSWORD_FILE: 'page-password' };
    expect(loadConfig({ env, configDir: project.configDir }).warnings).toEqual(warnings);
  });
});

describe('a page without a login of its own', () => {
  it('is said plainly', () => {
    using project = createProjectFolder();
    const noteOf = (env: Readonly<Record<string, string>>): string | undefined =>
      pageNote(loadConfig({ env, configDir: project.configDir }).page);
    expect(noteOf({})).toBeUndefined();
    expect(noteOf(passwordFile)).toBeUndefined();
    expect(noteOf({ ...noLogin, ...trusted, PAGE_HOST: '0.0.0.0' })).toBe(
      'PAGE_AUTH=none: the page asks nobody for a login, so your proxy has to. Whoever reaches port 8486 on 0.0.0.0 past the proxy reads everything. The page then takes any host name, so your proxy has to reject foreign ones (DNS rebinding).',
    );
    expect(noteOf({ ...noLogin, ...trusted, PAGE: 'false' })).toBeUndefined();
  });
});

it('PAGER of another program is no misspelling of PAGE', () => {
  using project = createProjectFolder();
  const config = loadConfig({ env: { PAGER: 'less', PAGES: '1' }, configDir: project.configDir });
  expect(config.page.isOn).toBe(true);
});
