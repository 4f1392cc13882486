/**
 * The page's own listener: guards, login, files, API and views.
 */
import type { ErrorHandler } from 'hono';
import { compress, COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/compress';
import { pageNote } from '../../config/page-rules.ts';
import { HttpServerError } from '../../errors.ts';
import { createApp } from '../../http/app.ts';
import type { App } from '../../http/app.ts';
import { startHttpServer } from '../../http/server.ts';
import type { Database } from '../../main.ts';
import type { Program } from '../../program.ts';
import { createApi } from './api/api.ts';
import { loadAssets } from './assets.ts';
import { guardPage } from './guards.ts';
import { createLogin } from './login.ts';
import { readPassword } from './password.ts';
import type { PageSource } from './source.ts';
import { createViews } from './views.ts';

export interface Page {
  /** Where a browser of this machine finds it, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page beside the daemon, which works without it: undefined where it is off or its address cannot
 * be had.
 * @throws ConfigurationError where the password's file is wrong.
 */
export async function openPage(program: Program, source: PageSource): Promise<Page | undefined> {
  const { config, log } = program;
  if (!config.page.isOn) return undefined;
  try {
    return await servePage(program, source);
  } catch (error) {
    if (!(error instanceof HttpServerError)) throw error;
    const { code, message } = error;
    log.warn({ code }, `${message} The daemon goes on without the page.`);
    return undefined;
  }
}

/** @throws HttpServerError where it cannot listen, ConfigurationError where the password's file is wrong. */
export async function servePage(program: Program, source: PageSource): Promise<Page> {
  const { config, clock, log } = program;
  const { host, port } = config.page;
  const closing = new AbortController();
  const { signal: closed } = closing;
  const database = (): Database | undefined => (closed.aborted ? undefined : source.database());
  const onBug = bugLog(program);
  const app = await createPage(program, { database, closed }, onBug);
  const settings = { host: 'PAGE_HOST', port: 'PAGE_PORT' };
  const note = pageNote(config.page);
  if (note !== undefined) log.info(note);
  const server = await startHttpServer({ host, port, app, clock, settings, onBug });
  const close = (): Promise<void> => {
    closing.abort('closed');
    return server.close();
  };
  return { url: localUrl(server.url), close };
}

/** A bug of the page must not end the sync. Many readers of one list meet the same error. */
function bugLog({ log }: Program): (error: unknown) => void {
  const logged = new WeakSet();
  return (error) => {
    const bug = error instanceof Error ? error : new Error(String(error));
    if (logged.has(bug)) return;
    logged.add(bug);
    log.error({ err: bug }, 'A request of the page failed by a bug. The daemon goes on.');
  };
}

function respondToBug(onBug: (error: unknown) => void): ErrorHandler {
  return (error, context) => {
    onBug(error);
    const message = 'The page failed by a bug: its log has the error.';
    return context.req.path.startsWith('/api/')
      ? context.json({ message }, 500)
      : context.text(message, 500);
  };
}

async function createPage(
  program: Program,
  source: PageSource,
  onBug: (error: unknown) => void,
): Promise<App> {
  const { config, clock } = program;
  const { passwordFile } = config.page;
  const assets = await loadAssets();
  const app = createApp();
  app.onError(respondToBug(onBug));
  app.use(guardPage(config.page));
  app.route('/assets', assets.app);
  if (passwordFile !== undefined) {
    const password = readPassword(passwordFile);
    app.route('/', createLogin({ config: config.page, password, clock, assets }));
  }
  app.use(compress({ contentTypeFilter: isCompressible }));
  app.route('/api/v1', createApi(program, source));
  app.route('/', createViews(program, source, assets));
  return app;
}

function isCompressible(type: string): boolean {
  return COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type) || type.startsWith('application/x-ndjson');
}

/** An address that stands for all addresses is no address to open. */
function localUrl(url: string): string {
  return url.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\]):/, 'http://localhost:');
}
