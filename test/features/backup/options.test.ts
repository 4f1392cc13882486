import { expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { backup } from '../../../src/features/backup/command.ts';
import { restore } from '../../../src/features/backup/restore-command.ts';
import { createTestProgram } from '../../support/command/program.ts';

it('backup with an empty --out is rejected before anything connects', async () => {
  await expect(backup(createTestProgram({}), { out: '', withTokens: false })).rejects.toThrow(
    new UsageError('--out takes the directory to write the backup to.'),
  );
});

it('restore with an empty --in is rejected as wrong usage', async () => {
  await expect(restore(createTestProgram({}), { in: '', force: false })).rejects.toThrow(
    new UsageError('--in takes the directory of a backup.'),
  );
});
