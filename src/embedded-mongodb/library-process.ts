/**
 * The program of the child process in which mongodb-memory-server finds or downloads a mongod: the
 * library reads the environment of its process and prints to its standard output, and the child
 * keeps both away from ours. Its one message to the parent is a {@link DownloadResult}.
 */
import { MongoBinary } from 'mongodb-memory-server';

/** What became of it: the binary's path, or why there is none. */
export type DownloadResult = { path: string } | { reason: string };

async function answer(): Promise<DownloadResult> {
  try {
    return { path: await MongoBinary.getPath() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

process.send?.(await answer(), () => {
  process.disconnect();
});
