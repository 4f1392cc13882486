/**
 * Ports on 127.0.0.1: which are free, and which have a listener.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const loopback = '127.0.0.1';

/** A port that is free now; another program may take it before the caller does. */
export function findFreePort(): Promise<number> {
  return listenBriefly(0);
}

/** Whether this process could listen on the port now. */
export function isPortFree(port: number): Promise<boolean> {
  return listenBriefly(port).then(
    () => true,
    () => false,
  );
}

/** Whether a connection to the port is accepted. */
export async function hasListener(port: number): Promise<boolean> {
  const socket = connect({ port, host: loopback });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function listenBriefly(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, loopback);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The port has no number.');
  return address.port;
}
