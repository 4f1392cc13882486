import { describe, expect, it } from 'vitest';

import { useScene } from '../support/scene.ts';

describe('npm run query', () => {
  const openScene = useScene();

  it('answers on stdout alone, and ends with 2 where the question is wrong', async () => {
    const scene = await openScene({ activities: 3 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    const [answer, wrong] = await Promise.all([
      scene.run('query', 'latest', '--limit', '2', '--json'),
      scene.run('query', 'latest', '--lng', '-122.25'),
    ]);
    expect(answer.exitCode, answer.stderr).toBe(0);
    expect(JSON.parse(answer.stdout)).toHaveLength(2);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toContain(
      'latest: there is no --lng. Its parameters are --athlete, --limit.',
    );
  });
});
