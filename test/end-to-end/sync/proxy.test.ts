import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useScene } from '../../support/scene.ts';

describe('a proxy of the environment', () => {
  const openScene = useScene();

  it('a proxy of the environment is asked for the way to Strava, and not for this machine', async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    });
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const env = { HTTP_PROXY: url, HTTPS_PROXY: url };
      const scene = await openScene({ activities: 2, env });
      const { exitCode, stderr } = await scene.run('sync');
      expect(exitCode, stderr).toBe(0);
      expect(asked).toEqual([]);
      expect((await scene.run('config')).stdout).toContain(`HTTPS_PROXY`);

      const away = scene.launch(['sync'], { STRAVA_API_URL: 'https://strava.invalid/api/v3' });
      await away.shown(/strava\.invalid.*Trying again/);
      away.kill('SIGTERM');
      await away.ended;
      expect(new Set(asked)).toEqual(new Set(['strava.invalid:443']));
    } finally {
      proxy.close();
    }
  });
});
