/**
 * The place of an activity's start for people.
 */
import type { Document } from 'mongodb';

/**
 * "Innere Stadt, Vienna, Austria" of an activity with `derived.place`. A region of the city's name is left
 * out, and so is what is no text; empty without a place.
 */
export function placeText(activity: Document): string {
  const { city, region, country } = placeOf(activity);
  const texts = [city, region, country].filter((part) => typeof part === 'string');
  return [...new Set(texts)].join(', ');
}

/** "Innere Stadt"; empty without a city. */
export function cityText(activity: Document): string {
  const { city } = placeOf(activity);
  return typeof city === 'string' ? city : '';
}

function placeOf(activity: Document): Readonly<Record<string, unknown>> {
  const { place } = Object(activity['derived']) as { readonly place?: unknown };
  return Object(place) as Readonly<Record<string, unknown>>;
}
