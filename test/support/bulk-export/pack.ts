/** Small archives for the tests of the reader, packed by yazl. */
import { buffer } from 'node:stream/consumers';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ZipFile } from 'yazl';

export type Files = Readonly<Record<string, string | Uint8Array>>;

const madeAt = new Date('2026-03-04T05:06:08Z');

/** The bytes of a zip with these files; `times` has those of files that were made at another time. */
export async function zipOf(
  files: Files,
  zip64 = false,
  times: Readonly<Record<string, Date>> = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(content), path, {
      mtime: times[path] ?? madeAt,
      forceZip64Format: zip64,
    });
  }
  zip.end({ forceZip64Format: zip64, comment: '' });
  return buffer(zip.outputStream);
}

/** A folder of its own, below the one that ends with the tests. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'bulk-export-'));
}

/** Writes a zip of these bytes or files, and returns its path. */
export async function writeZip(content: Buffer | Files): Promise<string> {
  const path = join(await scratchFolder(), 'export.zip');
  await writeFile(path, Buffer.isBuffer(content) ? content : await zipOf(content));
  return path;
}

/** Writes these files to a folder, and returns its path. */
export async function writeFolder(files: Files): Promise<string> {
  const folder = await scratchFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}
