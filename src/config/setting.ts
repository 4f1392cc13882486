/**
 * What a setting declares, and the types that follow from it. It declares no setting.
 */
import type { FormatName, FormatValue, Limits } from './formats.ts';

/** What is said of one setting. Everything else (schema, checks, docs) is derived from it. */
export interface Declaration extends Limits {
  /** The environment variable. */
  readonly env: string;
  readonly format: FormatName;
  /** A right value, for messages and docs. */
  readonly example: string;
  readonly doc: string;
  /** What it means that the setting has no value. A setting without this needs one. */
  readonly unset?: string;
  /** Whether the value is masked wherever it is shown. */
  readonly sensitive?: boolean;
  /** Whether `NAME_FILE` may name a file that holds the value. */
  readonly hasFileVariable?: boolean;
}

/** A declaration in the form that convict expects. The defaults stand in config/default.json. */
type Property<D> = D & { readonly default: null; readonly nullable: boolean };

/** Keeps the exact type of a declaration, from which the type of the value follows. */
export function setting<const D extends Declaration>(declaration: D): Property<D> {
  return { ...declaration, default: null, nullable: declaration.unset !== undefined };
}

type ValueOf<D extends Declaration> = D extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : FormatValue<D['format']>;

/** The checked values of a schema; null where an optional setting has none. */
export type ValuesOf<S> = {
  readonly [K in keyof S]: S[K] extends Declaration
    ? ValueOf<S[K]> | (S[K] extends { readonly unset: string } ? null : never)
    : ValuesOf<S[K]>;
};
