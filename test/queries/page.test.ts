import { describe, expect, it } from 'vitest';

import { commandLine } from '../../src/domain/invocation.ts';
import { cookbookText } from '../../src/queries/page.ts';
import { recipes } from '../../src/queries/recipes.ts';

describe('the cookbook', () => {
  it('the cookbook matches the page that the questions generate', async () => {
    // `npm exec vitest run test/queries/page.test.ts -- -u` writes the page.
    await expect(cookbookText(commandLine)).toMatchFileSnapshot('../../docs/cookbook.md');
  });

  it('the cookbook contains at least 25 questions with unique names', () => {
    const names = recipes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('the cookbook uses only operators of MongoDB 6.0', () => {
    expect(cookbookText(commandLine)).not.toMatch(/\$(percentile|median|toUUID|bitAnd)\b/);
  });
});
