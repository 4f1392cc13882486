import { expect, it } from 'vitest';
import { exposureOf } from '../../../src/domain/auth/secret-file.ts';

it.each([
  [0o100600, undefined],
  [0o100400, undefined],
  [0o100640, 'read'],
  [0o100604, 'read'],
  [0o100620, 'changed'],
  [0o100602, 'changed'],
  [0o100666, 'read and changed'],
])('a secret file of mode %o can be %s by others', (mode, exposure) => {
  expect(exposureOf('/home/me/secret', mode)).toBe(exposure);
});

it('a secret that a container mounts is for all of the container', () => {
  expect(exposureOf('/run/secrets/token', 0o100444)).toBeUndefined();
  expect(exposureOf('/var/run/secrets/token', 0o100444)).toBeUndefined();
  expect(exposureOf('/home/run/secrets/token', 0o100444)).toBe('read');
});
