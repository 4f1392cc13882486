import { expect, it } from 'vitest';
import { assertRegular } from '../../../src/features/backup/failures.ts';

it('a device or a pipe in a backup is rejected before it is read', async () => {
  await expect(assertRegular('/dev/null')).rejects.toMatchObject({ code: 'BACKUP_UNUSABLE' });
  await expect(assertRegular(import.meta.filename)).resolves.toBeUndefined();
});
