/**
 * Goes through an archive as the import does, without a database, and sends the CPU of each step.
 */
import { openArchive } from '../../src/bulk-export/archive.ts';
import { readRecording } from '../../src/bulk-export/read-recording.ts';
import { exportStreams } from '../../src/domain/bulk-export/export-streams.ts';
import { matchRecording } from '../../src/domain/bulk-export/match.ts';
import { derivedFrom } from '../../src/domain/derived/derived.ts';

/** Milliseconds of CPU, by what is done. */
export type StepUsage = Readonly<Record<string, number>>;

const usage: Record<string, number> = {};

async function measure<T>(step: string, work: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  usage[step] = (usage[step] ?? 0) + (user + system) / 1_000;
  return result;
}

const archive = await measure('the tables', () => openArchive(process.argv[2] ?? ''));
for (const activity of archive.contents.activities) {
  const { file } = activity;
  if (file.kind !== 'file') continue;
  const found = await measure('reading the zip', () => archive.readRecording(file.path));
  if ('unreadable' in found) continue;
  const result = await measure('FIT, TCX and GPX', () => readRecording(found.path, found.bytes));
  if ('unreadable' in result) continue;
  const { columns } = result.recording;
  const streams = await measure('matching and streams', () => {
    matchRecording(activity, columns);
    return exportStreams(columns).streams;
  });
  await measure('derived values', () => derivedFrom(streams));
}
await archive.close();
process.send?.(usage);
process.disconnect();
