/** Distances on the globe. */

/** The mean radius. */
export const earthRadiusMeters = 6_371_000;

/** Metres along the great circle between two points in degrees (the haversine formula). */
export function metersBetween(
  lat: number,
  lng: number,
  otherLat: number,
  otherLng: number,
): number {
  const [south, north] = [radians(lat), radians(otherLat)];
  const share =
    Math.sin((north - south) / 2) ** 2 +
    Math.cos(south) * Math.cos(north) * Math.sin(radians(otherLng - lng) / 2) ** 2;
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(share)));
}

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
