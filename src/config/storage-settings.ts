/**
 * The settings of the database, and of who works on it.
 */
import { dayMs } from '../domain/duration.ts';
import { databaseName, maskMongodbUri, mongodbUri } from './address-formats.ts';
import { duration, path, wholeNumber } from './formats.ts';
import { maskText, portRange, setting } from './setting.ts';

export const storageSettings = {
  mongodbUri: setting({
    name: 'MONGODB_URI',
    keyPath: 'mongodb.uri',
    format: mongodbUri,
    example: 'mongodb://127.0.0.1:27017',
    doc: "MongoDB's connection string",
    unset: 'the embedded server',
    mask: (text) => maskMongodbUri(text, maskText),
    hasFileVariable: true,
  }),
  mongodbDatabase: setting({
    name: 'MONGODB_DATABASE',
    keyPath: 'mongodb.database',
    format: databaseName,
    example: 'domestique',
    doc: 'Name of the database',
  }),
  mongodbPort: setting({
    name: 'MONGODB_PORT',
    keyPath: 'mongodb.port',
    format: wholeNumber(portRange),
    example: '27217',
    doc: 'Port of the embedded server, on 127.0.0.1',
  }),
  dataDir: setting({
    name: 'DATA_DIR',
    keyPath: 'dataDir',
    format: path,
    example: './data',
    doc: "Home of the embedded server; a relative path starts at the project's folder",
    isPath: true,
  }),
  tokenKeyFile: setting({
    name: 'TOKEN_KEY_FILE',
    keyPath: 'tokenKeyFile',
    format: path,
    example: '/run/secrets/domestique-token-keys',
    doc: 'File of the keys that encrypt the stored logins, made by `npm run keys -- new`',
    unset: 'logins are stored as they are',
    isPath: true,
  }),
  leaseDuration: setting({
    name: 'LEASE_DURATION',
    keyPath: 'lease.duration',
    format: duration({ minMs: 100, maxMs: dayMs }),
    example: '15s',
    doc: 'How long a silent process on another machine is believed to be alive',
  }),
};

const kept = { minMs: dayMs, maxMs: 36_500 * dayMs };

/** How long what grows by itself is kept. */
export const keepSettings = {
  keepChanges: setting({
    name: 'KEEP_CHANGES',
    keyPath: 'keep.changes',
    format: duration(kept),
    example: '365d',
    doc: 'How long the history of changes is kept',
  }),
  keepRuns: setting({
    name: 'KEEP_RUNS',
    keyPath: 'keep.runs',
    format: duration(kept),
    example: '90d',
    doc: 'How long the record of the runs is kept',
  }),
};
