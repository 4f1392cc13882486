/**
 * `/metrics`: rendered metrics, as text.
 */
import type { Route } from '../../http/response.ts';

export interface MetricsText {
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** They belong before every route that takes any path. */
export function createMetricsRoutes({ contentType, render }: MetricsText): readonly Route[] {
  return (['GET', 'HEAD'] as const).map((method) => ({
    method,
    matches: (path) => path === '/metrics',
    isPrivate: true,
    handle: async () => ({ status: 200, contentType, body: await render() }),
  }));
}
