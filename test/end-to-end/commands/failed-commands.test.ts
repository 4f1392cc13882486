import { describe, expect, it } from 'vitest';
import { printedJson, useScene } from '../../support/scene.ts';

interface SchemaDocument {
  _id: string;
  version: number;
  updated_at: Date;
}

describe.concurrent('a command that fails', () => {
  const openScene = useScene();

  it('a command that fails prints the code of its error with --json, and the sentence to stderr as without it', async () => {
    const scene = await openScene({ activities: 1, isLoggedIn: false });
    const ended = await scene.run('sync', '--json');
    expect(ended.exitCode).toBe(3);
    const message = 'Nobody has logged in yet. Run: npm run auth';
    expect(printedJson(ended)).toEqual({ error: { code: 'NO_ATHLETE', message } });
    expect(ended.stderr).toContain(`${message}\n`);
    expect((await scene.run('sync')).stdout).toBe('');
  });

  it('a command that fails prints the code of wrong usage with --json, without the value that was typed', async () => {
    const scene = await openScene({ activities: 1 });
    const ended = await scene.run('status', '--json', '--jsom=canary');
    expect(ended.exitCode).toBe(2);
    const { error } = printedJson(ended);
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^Unknown option '--jsom=…'/) as unknown,
    });
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('canary');
  });

  it('a command that fails prints one JSON document also where it fails after its result', async () => {
    const scene = await openScene({ activities: 1 });
    const ended = await scene.run('sync', '--activity', '7', '--json');
    expect(ended.exitCode, ended.stderr).toBe(1);
    expect(printedJson(ended)).toMatchObject({ added: 0 });
    expect(ended.stderr).toContain('Activity 7 could not be fetched completely');
  });

  it('a command that fails logs its error with the code where it is the daemon', async () => {
    const scene = await openScene({ activities: 1 });
    const newer = { _id: 'database', version: 1_000, updated_at: new Date() };
    await scene.db.collection<SchemaDocument>('schema').insertOne(newer);
    const { exitCode, stderr } = await scene.run('start');
    expect(exitCode).toBe(2);
    const last = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({ level: 'error', code: 'DATABASE_NEWER' });
  });
});
