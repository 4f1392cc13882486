/** What the system's codes of file failures mean, as the end of a sentence about a folder. */
export const fileFailures: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EDQUOT: 'the disk quota is spent',
  EEXIST: 'something that is not a folder has that name',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there, and cannot be made there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'something that is not a folder has that name',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};
