import { describe, expect, it } from 'vitest';
import { describeConfig } from '../../src/config/description.ts';
import { loadConfig } from '../../src/config/load.ts';
import { proxyOf } from '../../src/config/proxy.ts';
import { createProjectFolder } from './project-folder.ts';

const here = 'localhost,127.0.0.1,127.0.0.1-127.255.255.254,::1,[::1]';

describe('the proxy of the environment', () => {
  it('the proxy of the environment is none where no variable names one', () => {
    expect(proxyOf({})).toBeUndefined();
    expect(proxyOf({ HTTPS_PROXY: '', NO_PROXY: 'example.org' })).toBeUndefined();
  });

  it('the proxy of the environment is read in both cases, never for this machine', () => {
    const proxy = 'http://u:p@proxy:3128';
    expect(proxyOf({ https_proxy: proxy, HTTPS_PROXY: 'http://other' })).toEqual({
      HTTPS_PROXY: proxy,
      NO_PROXY: here,
    });
    expect(proxyOf({ HTTP_PROXY: 'proxy:3128' })?.HTTP_PROXY).toBe('http://proxy:3128');
    expect(proxyOf({ HTTP_PROXY: proxy, no_proxy: '.example.org' })).toEqual({
      HTTP_PROXY: proxy,
      NO_PROXY: `.example.org,${here}`,
    });
  });

  it('the proxy of the environment is shown by its host alone, with the hosts that are excepted', () => {
    using project = createProjectFolder();
    const env = { https_proxy: 'http://user:s3cret@proxy:3128/s3cret', NO_PROXY: '.example.org' };
    const rows = describeConfig({ env, configDir: project.configDir });
    expect(rows.slice(-2)).toEqual([
      { name: 'https_proxy', value: 'http://proxy:3128', source: 'variable https_proxy' },
      { name: 'NO_PROXY', value: '.example.org', source: 'variable NO_PROXY' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('s3cret');
  });

  it.each(['socks5://u:s3cret@proxy', 'http://s3cret:x:y', '://s3cret'])(
    'the proxy of the environment is rejected in a sentence without the value where it is %s',
    (value) => {
      using project = createProjectFolder();
      const load = () => loadConfig({ env: { HTTPS_PROXY: value }, configDir: project.configDir });
      expect(load).toThrow(/HTTPS_PROXY: must be an http\(s\) address/);
      expect(load).not.toThrow(/s3cret/);
    },
  );
});
