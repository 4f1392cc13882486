/**
 * The limits of every connection, as options of Node's server: a client that sends slowly, or too many
 * headers, loses its connection.
 */
export const connectionLimits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1_024,
};
