/**
 * Bounds a server's connections: a new one gets in, and one without a request under way makes room for it.
 * The address with the most of those loses its oldest, so a client that holds many connections open does not
 * keep the short requests of others out.
 */
import type { Socket } from 'node:net';

export interface Connections {
  /** A connection was opened; one is dropped if there are more than allowed. */
  readonly opened: (socket: Socket) => void;
  /** A whole request has arrived: the connection is not dropped until `ended`. */
  readonly began: (socket: Socket) => void;
  readonly ended: (socket: Socket) => void;
}

export function createConnections(maxConnections: number): Connections {
  /** The address of every connection. */
  const addresses = new Map<Socket, string>();
  /** Those without a request under way, by address, the oldest first. */
  const idle = new Map<string, Set<Socket>>();

  const addIdle = (socket: Socket, address: string): void => {
    const sockets = idle.get(address) ?? new Set();
    idle.set(address, sockets.add(socket));
  };

  const removeIdle = (socket: Socket, address: string): void => {
    const sockets = idle.get(address);
    if (sockets?.delete(socket) === true && sockets.size === 0) idle.delete(address);
  };

  const forget = (socket: Socket): void => {
    removeIdle(socket, addresses.get(socket) ?? '');
    addresses.delete(socket);
  };

  const oldestIdle = (): Socket | undefined => {
    const [most] = [...idle.values()].sort((one, other) => other.size - one.size);
    return most?.values().next().value;
  };

  return {
    opened: (socket) => {
      const { remoteAddress = '' } = socket;
      addresses.set(socket, remoteAddress);
      addIdle(socket, remoteAddress);
      socket.once('close', () => {
        forget(socket);
      });
      const dropped = addresses.size > maxConnections ? oldestIdle() : undefined;
      if (dropped === undefined) return;
      forget(dropped);
      dropped.destroy();
    },
    began: (socket) => {
      removeIdle(socket, addresses.get(socket) ?? '');
    },
    ended: (socket) => {
      const address = addresses.get(socket);
      if (address !== undefined) addIdle(socket, address);
    },
  };
}
