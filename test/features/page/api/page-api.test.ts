import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { projectFolder } from '../../../support/command/command.ts';
import { useApi } from './api-fixture.ts';
import { exampleNow, fillExample } from './example-data.ts';

const clock = { ...systemClock, nowMs: () => Date.parse(exampleNow) };
const api = useApi({ clock });
const page = resolve(projectFolder, 'docs/page-api.md');

beforeAll(() => fillExample(api.adapter));

/** A request and the block with its response. */
const example = /(`GET \/api\/v1(\S*)`\n\n```[a-z]+\n)[^]*?(```\n)/g;

/** What is not of the database. */
const ofProgram = { version: '1.0.0', nextRunAt: '2026-11-22T14:30:00Z' };

async function responseText(path: string): Promise<string> {
  const response = await api.request(path);
  expect(response.status).toBe(200);
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/json') !== true) return text;
  const body = JSON.parse(text) as object;
  return `${JSON.stringify('version' in body ? { ...body, ...ofProgram } : body, null, 2)}\n`;
}

it('every example in docs/page-api.md is the response to its request', async () => {
  const text = readFileSync(page, 'utf8');
  const parts: string[] = [];
  let reached = 0;
  for (const { 0: whole, 1: before = '', 2: path = '', 3: end = '', index } of text.matchAll(
    example,
  )) {
    parts.push(text.slice(reached, index), before, await responseText(path), end);
    reached = index + whole.length;
  }
  parts.push(text.slice(reached));
  expect(parts.length).toBeGreaterThan(16);
  // `npm exec vitest run test/features/page/api/page-api.test.ts -- -u` writes the page.
  await expect(parts.join('')).toMatchFileSnapshot(page);
});
