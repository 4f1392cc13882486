/**
 * The one table of all settings. The schema, the variables, the checks for unknown names, the
 * description for `npm run config` and the README's table are derived from it; the defaults are not
 * here but in `config/default.json`.
 */
import { programSettings } from './program-settings.ts';
import type { Setting } from './setting.ts';
import { keepSettings, storageSettings } from './storage-settings.ts';
import { quotaSettings, stravaSettings } from './strava-settings.ts';
import { reconcileSettings, retentionSettings, syncSettings } from './sync-settings.ts';

/** Every setting, to be read by its value's type. */
export const settings = {
  ...stravaSettings,
  ...quotaSettings,
  ...storageSettings,
  ...syncSettings,
  ...reconcileSettings,
  ...retentionSettings,
  ...keepSettings,
  ...programSettings,
};

/** Every setting, in the order of the README's table. */
export const allSettings: readonly Setting<unknown>[] = Object.values(settings);
