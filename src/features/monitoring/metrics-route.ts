/**
 * `/metrics`: rendered metrics, as text.
 */
import type { App } from '../../http/app.ts';
import { createApp } from '../../http/app.ts';

export interface MetricsText {
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

export function createMetricsRoutes({ contentType, render }: MetricsText): App {
  const app = createApp();
  app.get('/metrics', async (c) => c.body(await render(), 200, { 'content-type': contentType }));
  return app;
}
