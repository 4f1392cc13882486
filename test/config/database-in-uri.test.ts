import { describe, expect, it } from 'vitest';
import { describeConfig } from '../../src/config/description.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createProjectFolder, problemsOf } from './project-folder.ts';

function optionsOf(env: Readonly<Record<string, string>>) {
  using project = createProjectFolder();
  const options = { env, configDir: project.configDir };
  return { problems: problemsOf(options) };
}

function databaseOf(env: Readonly<Record<string, string>>): string {
  using project = createProjectFolder();
  return loadConfig({ env, configDir: project.configDir }).mongodb.database;
}

describe('the database in the path of MONGODB_URI', () => {
  it.each([
    ['mongodb://h/mine', 'mine'],
    ['mongodb://u:p@a,b:2/mine?w=1', 'mine'],
    ['mongodb://h/m%C3%BCller', 'müller'],
    ['mongodb://h/', 'domestique'],
    ['mongodb://h', 'domestique'],
    ['mongodb://h/?authSource=mine', 'domestique'],
    ['mongodb://u:p@h/admin', 'domestique'],
  ])('%s is used: %s', (uri, database) => {
    expect(databaseOf({ MONGODB_URI: uri })).toBe(database);
  });

  it('the database in the path of MONGODB_URI may be the one of MONGODB_DATABASE, or where the users are', () => {
    expect(databaseOf({ MONGODB_URI: 'mongodb://h/mine', MONGODB_DATABASE: 'mine' })).toBe('mine');
    const ofUsers = { MONGODB_URI: 'mongodb://u:p@h/admin', MONGODB_DATABASE: 'mine' };
    expect(databaseOf(ofUsers)).toBe('mine');
  });

  it('the database in the path of MONGODB_URI that contradicts MONGODB_DATABASE is rejected, without its name', () => {
    const { problems } = optionsOf({
      MONGODB_URI: 'mongodb://h/secret-part',
      MONGODB_DATABASE: 'mine',
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^MONGODB_URI: the database in its path is not the one of MONGODB_DATABASE/,
    );
    expect(problems[0]).not.toContain('secret-part');
  });

  it.each(['mongodb://h/my%20base', 'mongodb://h/local'])('%s is rejected by its name', (uri) => {
    const { problems } = optionsOf({ MONGODB_URI: uri });
    expect(problems).toEqual([expect.stringMatching(/^MONGODB_URI, its path: must /)]);
  });

  it('the option j of MONGODB_URI is rejected by one sentence, in the place of a warning of the driver', () => {
    const { problems } = optionsOf({ MONGODB_URI: 'mongodb://u:secret@h/mine?w=1&j=false' });
    expect(problems).toEqual([
      'MONGODB_URI: must not have the option j: every write waits for the journal of a majority in any case; for example mongodb://127.0.0.1:27017',
    ]);
    expect(databaseOf({ MONGODB_URI: 'mongodb://h/mine?journal=true' })).toBe('mine');
  });

  it('the database in the path of MONGODB_URI is shown by config with its origin', () => {
    using project = createProjectFolder();
    const env = { MONGODB_URI: 'mongodb://h/mine' };
    expect(describeConfig({ env, configDir: project.configDir })).toContainEqual({
      name: 'MONGODB_DATABASE',
      value: 'mine',
      source: 'path of MONGODB_URI',
    });
  });
});
