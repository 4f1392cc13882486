/**
 * The password of the page, from its file.
 */
import { readText } from '../../config/files.ts';
import { ConfigurationError } from '../../errors.ts';

const minLength = 8;

/**
 * The password, which is the file's content without its line breaks at the end.
 * @throws ConfigurationError where the file cannot be read or the password is too short.
 */
export function readPassword(path: string): string {
  const content = readText(path);
  if ('failure' in content) throw wrongFile(content.failure);
  const password = content.text.replace(/[\r\n]+$/, '');
  if (password.length < minLength) throw wrongFile(`it has fewer than ${minLength} characters`);
  return password;
}

function wrongFile(why: string): ConfigurationError {
  const rule = `must be the path of a readable file with nothing but a password of at least ${minLength} characters in it`;
  return new ConfigurationError([`PAGE_PASSWORD_FILE: ${rule} (${why})`]);
}
