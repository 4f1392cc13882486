/**
 * A proxy between a program and mongod that understands just enough of the wire protocol (OP_MSG,
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/) to hold one command, or the
 * reply to it, for as long as a test needs it, and to fall silent without closing anything.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Document } from 'mongodb';
import { BSON } from 'mongodb';

/** A command as it passes. */
export interface PassingCommand {
  /** For example `update`. */
  readonly name: string;
  readonly collection: string;
  /** The whole command, parsed on demand. */
  readonly body: () => Document;
}

/** A held command or reply. */
export interface HeldCommand {
  readonly command: PassingCommand;
  /** Passes it on. */
  release(): void;
  /** Drops it. */
  drop(): void;
}

export type CommandMatch = (command: PassingCommand) => boolean;

export interface MongoProxy {
  /** Replaces the URI of the mongod. */
  readonly uri: string;
  /** Resolves with the next matching command, held before mongod sees it. */
  holdCommand(match: CommandMatch): Promise<HeldCommand>;
  /** Resolves with the next matching command when mongod has done it; its reply is held. */
  holdReply(match: CommandMatch): Promise<HeldCommand>;
  /** Resolves when a longer command than this begins to arrive; its connection reads no more of it. */
  stick(bytes: number): Promise<void>;
  /** Passes nothing on any more on any connection, and closes none. */
  freeze(): void;
  /** Lets new connections work again; frozen ones stay silent. */
  thaw(): void;
  close(): Promise<void>;
}

/** Matches a command of this name on this collection, whose body meets the condition, if any. */
export function commandOn(
  name: string,
  collection: string,
  isMeant: (body: Document) => boolean = () => true,
): CommandMatch {
  return (command) =>
    command.name === name && command.collection === collection && isMeant(command.body());
}

interface Trap {
  readonly place: 'command' | 'reply';
  readonly match: CommandMatch;
  readonly spring: (held: HeldCommand) => void;
}

interface Shared {
  readonly traps: Trap[];
  isFrozen: boolean;
  sticking: { readonly bytes: number; readonly done: () => void } | undefined;
}

/** Starts a proxy on a free port before the mongod of a `mongodb://host:port` URI. */
export async function startMongoProxy(uri: string): Promise<MongoProxy> {
  const { hostname, port } = new URL(uri);
  const shared: Shared = { traps: [], isFrozen: false, sticking: undefined };
  const sockets = new Set<Socket>();
  const links = new Set<Link>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    const link = createLink(shared, client, upstream);
    links.add(link);
    client.on('close', () => links.delete(link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = typeof address === 'object' && address !== null ? address.port : 0;
  const hold = (place: Trap['place'], match: CommandMatch): Promise<HeldCommand> =>
    new Promise((spring) => shared.traps.push({ place, match, spring }));
  return {
    uri: `mongodb://127.0.0.1:${ownPort}/?directConnection=true`,
    holdCommand: (match) => hold('command', match),
    holdReply: (match) => hold('reply', match),
    stick: (bytes) =>
      new Promise((done) => {
        shared.sticking = { bytes, done };
      }),
    freeze: () => {
      shared.isFrozen = true;
      for (const link of links) link.silence();
    },
    thaw: () => {
      shared.isFrozen = false;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Link {
  /** Passes nothing on any more, in either direction. */
  silence(): void;
}

function createLink(shared: Shared, client: Socket, upstream: Socket): Link {
  let isSilent = shared.isFrozen;
  if (isSilent) client.pause();
  const awaited = new Map<number, { trap: Trap; command: PassingCommand }>();

  const send = (to: Socket, frame: Buffer): void => {
    if (!isSilent && !to.destroyed) to.write(frame);
  };
  const onCommand = async (frame: Buffer): Promise<void> => {
    const command = readCommand(frame);
    const trap = command && springing(shared.traps, command);
    if (command && trap?.place === 'reply') awaited.set(frame.readInt32LE(4), { trap, command });
    const isToBeSent = command && trap?.place === 'command' ? await held(trap, command) : true;
    if (isToBeSent) send(upstream, frame);
  };
  const onReply = async (frame: Buffer): Promise<void> => {
    const wanted = awaited.get(frame.readInt32LE(8));
    if (wanted === undefined || (await held(wanted.trap, wanted.command))) send(client, frame);
  };
  const silence = (): void => {
    isSilent = true;
    // Unread data fills the buffers, so that a long write gets stuck, too.
    client.pause();
    upstream.pause();
  };
  const onLength = (length: number): void => {
    const { sticking } = shared;
    if (sticking === undefined || length <= sticking.bytes) return;
    shared.sticking = undefined;
    silence();
    sticking.done();
  };
  passFrames(client, onCommand, onLength);
  passFrames(upstream, onReply, () => undefined);
  // A frozen connection does not pass the end of one side on either.
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (!isSilent) client.destroy();
  });
  return { silence };
}

function springing(traps: Trap[], command: PassingCommand): Trap | undefined {
  const index = traps.findIndex(({ match }) => match(command));
  return index < 0 ? undefined : traps.splice(index, 1)[0];
}

/** Resolves true to pass it on, false to drop it. */
function held({ spring }: Trap, command: PassingCommand): Promise<boolean> {
  return new Promise((resolve) => {
    const release = (): void => {
      resolve(true);
    };
    const drop = (): void => {
      resolve(false);
    };
    spring({ command, release, drop });
  });
}

/** Cuts the stream into messages (each begins with its length) and passes them on in order. */
function passFrames(
  from: Socket,
  pass: (frame: Buffer) => Promise<void>,
  onLength: (length: number) => void,
): void {
  let rest = Buffer.alloc(0);
  let last: Promise<void> = Promise.resolve();
  from.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (rest.length >= 4) onLength(rest.readInt32LE(0));
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const frame = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(frame.length);
      last = last.then(() => pass(frame));
    }
  });
}

const opMsg = 2013;
/** After the header (16 bytes), the flags (4) and the section's kind (1). */
const bodyAt = 21;
const stringType = 2;

/** The command of an OP_MSG whose first key names it, with a collection; undefined for anything else. */
function readCommand(frame: Buffer): PassingCommand | undefined {
  if (frame.readInt32LE(12) !== opMsg || frame.readUInt8(bodyAt - 1) !== 0) return undefined;
  const body = frame.subarray(bodyAt, bodyAt + frame.readInt32LE(bodyAt));
  const nameEnd = body.indexOf(0, 5);
  if (body.readUInt8(4) !== stringType) return undefined;
  const length = body.readInt32LE(nameEnd + 1);
  return {
    name: body.toString('utf8', 5, nameEnd),
    collection: body.toString('utf8', nameEnd + 5, nameEnd + 4 + length),
    body: () => BSON.deserialize(body),
  };
}
