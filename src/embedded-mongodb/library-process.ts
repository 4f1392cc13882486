/**
 * The child process in which mongodb-memory-server finds or downloads a mongod. The library reads its
 * process's environment and prints to standard output; the child keeps both apart from ours. It sends
 * one message to its parent, a {@link DownloadResult}.
 */
import { MongoBinary } from 'mongodb-memory-server-core';

/** The path of the binary, or the reason of the failure. */
export type DownloadResult = { path: string } | { reason: string };

async function download(): Promise<DownloadResult> {
  try {
    return { path: await MongoBinary.getPath() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

process.send?.(await download(), () => {
  process.disconnect();
});
