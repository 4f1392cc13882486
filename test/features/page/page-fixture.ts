import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';
import type { Page } from '../../../src/features/page/listener.ts';
import { servePage } from '../../../src/features/page/listener.ts';
import type { TestProgram } from '../../support/command/program.ts';
import { createTestProgram } from '../../support/command/program.ts';

export interface ServedPage extends Page {
  readonly program: TestProgram;
  /** Requests a path with exactly these headers, and returns the status line, the headers and the body. */
  send(request: string): Promise<string>;
}

/** Serves pages without a database; they end with the test. */
export function usePages() {
  const pages: Page[] = [];
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()));
  });
  return async (config: Readonly<Record<string, string>> = {}): Promise<ServedPage> => {
    const program = createTestProgram({ config });
    const page = await servePage(program, { database: () => undefined });
    pages.push(page);
    const { port } = new URL(page.url);
    const send = async (request: string): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.end(request);
      return text(socket);
    };
    return { ...page, program, send };
  };
}
