import { describe, expect, it } from 'vitest';

import { cookbookText } from '../../src/queries/page.ts';
import { recipes } from '../../src/queries/recipes.ts';

describe('the cookbook', () => {
  it('is the page that the questions make', async () => {
    // Written anew by `npm exec vitest run test/queries/page.test.ts -- -u`.
    await expect(cookbookText()).toMatchFileSnapshot('../../docs/cookbook.md');
  });

  it('has at least 25 questions, each with a name of its own', () => {
    const names = recipes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('asks nothing that MongoDB 6.0 does not have', () => {
    expect(cookbookText()).not.toMatch(/\$(percentile|median|toUUID|bitAnd)\b/);
  });
});
