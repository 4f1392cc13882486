/**
 * The place of an activity's start for people.
 */
import type { Document } from 'mongodb';

/**
 * "Innere Stadt, Vienna, Austria" of an activity with `derived.place`. A region of the city's name is left
 * out, and so is what is no text; empty without a place.
 */
export function placeText(activity: Document): string {
  const { place } = Object(activity['derived']) as { readonly place?: unknown };
  const { city, region, country } = Object(place) as Readonly<Record<string, unknown>>;
  const texts = [city, region, country].filter((part) => typeof part === 'string');
  return [...new Set(texts)].join(', ');
}
