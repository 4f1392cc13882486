/** Whether the settings are right, and whether the application is set up. */
import { requireClient } from '../../config/client.ts';
import type { Config } from '../../config/config.ts';
import type { LoadOptions } from '../../config/load.ts';
import { loadConfig } from '../../config/load.ts';
import type { Finding } from './check.ts';
import { findingsOf } from './check.ts';

export interface Settings {
  /** Undefined where a setting is wrong. */
  readonly config?: Config;
  readonly findings: readonly Finding[];
}

export function readSettings(source: LoadOptions): Settings {
  try {
    const config = loadConfig(source);
    return { config, findings: assessClient(config) };
  } catch (error) {
    return { findings: findingsOf(error) };
  }
}

/** The other checks work without the application's id and secret. */
function assessClient(config: Config): readonly Finding[] {
  try {
    requireClient(config);
    return [{ mark: 'ok', found: 'No setting is wrong.' }];
  } catch (error) {
    return findingsOf(error);
  }
}
