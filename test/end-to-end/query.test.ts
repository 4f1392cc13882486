import { describe, expect, it } from 'vitest';

import { useScene } from '../support/scene.ts';

describe('npm run query', () => {
  const openScene = useScene();

  it('prints its result on stdout only, and ends with 2 for a wrong query', async () => {
    const scene = await openScene({ activities: 3 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    const [result, wrong] = await Promise.all([
      scene.run('query', 'latest', '--limit', '2', '--json'),
      scene.run('query', 'latest', '--lng', '-122.25'),
    ]);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toHaveLength(2);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toContain(
      'latest: there is no --lng. Its parameters are --athlete, --limit.',
    );
  });
});
