/**
 * Writes what is worked out from a recording together with the route that the activity's track follows.
 */
import type { ObjectId } from 'mongodb';
import type { SingleWrite } from '../routes/refresh-routes.ts';
import { writeOnRoute } from '../routes/refresh-routes.ts';
import type { Store } from '../schema/collections.ts';
import type { DerivationWrite } from './derivation.ts';
import { writeDerivation } from './derivation.ts';

/** As `writeDerivation`; where an index rejects the track, the activity is on no route. */
export function writeRoutedDerivation(
  store: Store,
  write: SingleWrite,
  derivation: DerivationWrite,
): Promise<boolean> {
  const { values, geometries } = derivation;
  const put = (route: ObjectId | undefined): Promise<boolean> => {
    const [first = {}, ...others] = geometries;
    const routed = [
      { ...first, 'derived.route': route },
      ...others.map((geometry) => ({ ...geometry, 'derived.route': undefined })),
    ];
    return writeDerivation(store, { ...derivation, geometries: routed });
  };
  return writeOnRoute(store, write, { ...values, ...geometries[0] }, put);
}
