import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useScene } from '../../support/scene.ts';

describe.concurrent('a setting that only its use shows to be wrong', () => {
  const openScene = useScene();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-unusable-'));
    await symlink('/nowhere/at/all', join(folder, 'dangling'));
    await symlink('loop', join(folder, 'loop'));
    await mkdir(join(folder, 'mongodb'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['?compressors=snappy', 'an option needs the package snappy'],
    ['?tls=true&tlsCAFile=/nowhere/ca.pem', 'a file that it names, such as tlsCAFile'],
    ['?authMechanism=MONGODB-AWS', 'cannot be used'],
    ['?loadBalanced=true', 'cannot be used'],
    ['?minPoolSize=50', 'cannot be used'],
  ])('MONGODB_URI with %s ends with 2 and one sentence', async (options, sentence) => {
    const scene = await openScene({ activities: 1 });
    const uri = `${scene.mongodb.uri.replace(/\/?(\?.*)?$/, '/')}${options}`;
    const { exitCode, stderr } = await scene.runWith({ MONGODB_URI: uri }, 'status');
    expect(stderr).toContain(`One setting is wrong:\n  MONGODB_URI: ${sentence}`);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['dangling', 'it is not there, and cannot be made there'],
    ['loop', 'its symbolic links form a loop'],
    ['n'.repeat(300), 'its name is too long'],
    ['/proc/domestique/data', 'it is not there, and cannot be made there'],
  ])('DATA_DIR %s ends with 2 and one sentence', async (name, reason) => {
    const scene = await openScene({ activities: 1 });
    const path = name.startsWith('/') ? name : join(folder, name);
    const env = { MONGODB_URI: '', DATA_DIR: path };
    const { exitCode, stderr } = await scene.runWith(env, 'status');
    expect(stderr).toBe(`One setting is wrong:\n  DATA_DIR (${path}) cannot be used: ${reason}\n`);
    expect(exitCode).toBe(2);
  });
});
