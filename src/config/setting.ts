/**
 * What one setting is: its names, its format, and what is said of it. It holds no setting.
 */
import type { Format } from './formats.ts';

/** One setting. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** Its place in a configuration file, keys joined by dots. */
  readonly keyPath: string;
  readonly format: Format<T>;
  /** A right value, for messages. */
  readonly example: string;
  readonly doc: string;
  /** What it means that the setting has no value; a setting without this needs one. */
  readonly unset?: string;
  /** Shows a secret without giving it away; a setting with this is never repeated in a message. */
  readonly mask?: (text: string) => string;
  /** Whether `NAME_FILE` may name a file that holds the value. */
  readonly hasFileVariable?: boolean;
  /** Whether a relative value starts at the project's folder. */
  readonly isPath?: boolean;
}

/** Keeps the type of a setting's value. */
export function setting<T>(definition: Setting<T>): Setting<T> {
  return definition;
}

export const maskText = '********';
export const portRange = { least: 1, most: 65_535 };
