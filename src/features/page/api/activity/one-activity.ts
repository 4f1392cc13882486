/**
 * The routes of one activity: its detail, its recording, and its files.
 */
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { createSharedWork } from '../../../../http/shared-work.ts';
import type { Program } from '../../../../program.ts';
import type { PageSource } from '../../source.ts';
import { readActivity } from './activity.ts';
import { respondWithFile } from './files.ts';
import { databaseOf, readId } from '../responses.ts';
import { respondWithStreams } from './streams.ts';
import type { ActivityDetail } from '../types/activity.ts';

export function createOneActivity(program: Program, source: PageSource): Hono {
  const app = new Hono();
  const shared = createSharedWork<ActivityDetail>();
  app.use('/activities/*', compress());
  app.get('/activities/:file{[0-9]+\\.(?:gpx|geojson)}', (context) =>
    respondWithFile(context, program, source),
  );
  app.get('/activities/:id', async (context) => {
    const id = readId('An activity', context.req.param('id'));
    const { store } = databaseOf(source);
    return context.json(await shared(String(id), () => readActivity(store, id)));
  });
  app.get('/activities/:id/streams', (context) => respondWithStreams(context, source));
  return app;
}
