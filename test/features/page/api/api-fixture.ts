/**
 * The API of the page over a real database, called without a server.
 */
import { afterAll, beforeAll } from 'vitest';
import type { Clock } from '../../../../src/clock.ts';
import { createApi } from '../../../../src/features/page/api/api.ts';
import type { Database } from '../../../../src/main.ts';
import { openDatabaseToRead } from '../../../../src/main.ts';
import type { Adapter } from '../../../mongo/adapter.ts';
import { useAdapter } from '../../../mongo/adapter.ts';
import type { TestProgram } from '../../../support/command/program.ts';
import { createTestProgram } from '../../../support/command/program.ts';

export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
}

export interface ApiFixture {
  readonly adapter: Adapter;
  readonly program: TestProgram;
  readonly database: Database;
  /** Takes the database from the API, or gives it back. */
  setAway(isAway: boolean): void;
  /** The path begins after `/api/v1`. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  readonly get: (path: string) => Promise<ApiResponse>;
}

/** Call it at the top of a test file; its result may be used while the tests run. */
export function useApi(options: { readonly clock?: Clock } = {}): ApiFixture {
  const adapter = useAdapter();
  const program = createTestProgram({ mongodb: adapter.database, ...options });
  let open: Database | undefined;
  let isAway = false;
  beforeAll(async () => {
    open = await openDatabaseToRead(program);
  });
  afterAll(async () => {
    await open?.close();
  });
  const api = createApi(program, { database: () => (isAway ? undefined : open) });
  const request: ApiFixture['request'] = async (path, init) => api.request(path, init);
  return {
    adapter,
    program,
    get database() {
      if (open === undefined) throw new Error('The database is not open yet.');
      return open;
    },
    setAway: (value) => {
      isAway = value;
    },
    request,
    get: async (path) => {
      const response = await request(path);
      return { status: response.status, body: await response.json() };
    },
  };
}
