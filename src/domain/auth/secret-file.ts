/**
 * Who besides its owner can use a file with a secret.
 */

/** Where containers mount their secrets, readable by all of a container that has no other users. */
const mounted = /^(?:\/var)?\/run\/secrets\//;

/** What other users can do with the file, worded to follow "can be"; undefined for nothing. */
export function exposureOf(path: string, mode: number): string | undefined {
  if (mounted.test(path)) return undefined;
  const deeds = [
    ...((mode & 0o044) === 0 ? [] : ['read']),
    ...((mode & 0o022) === 0 ? [] : ['changed']),
  ];
  return deeds.length === 0 ? undefined : deeds.join(' and ');
}
