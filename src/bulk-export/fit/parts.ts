/**
 * Where a FIT file begins and ends among bytes that may hold several, with lengths that may be wrong.
 */

/** One file of a chain. */
export interface FitPart {
  readonly headerSize: number;
  /** Where its bytes end, its checksum included. */
  readonly end: number;
  /** Where the next file of the chain begins. */
  readonly next: number | undefined;
  readonly problems: readonly string[];
}

const signature = [0x2e, 0x46, 0x49, 0x54];
const headerSizes = [12, 14];

/** Where the next header begins, at `from` or later. */
export function findHeader(bytes: Uint8Array, from: number): number | undefined {
  const [dot = 0] = signature;
  for (let at = bytes.indexOf(dot, from + 8); at >= 0; at = bytes.indexOf(dot, at + 1)) {
    const isSignature = signature.every((byte, index) => bytes[at + index] === byte);
    if (isSignature && headerSizes.includes(bytes[at - 8] ?? 0)) return at - 8;
  }
  return undefined;
}

/**
 * The file whose header begins at `start`. The length in its header is believed where the checksum
 * confirms it; else the file goes on to the next header or to the end of the bytes.
 */
export function findPart(bytes: Uint8Array, start: number): FitPart {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint8(start);
  const declared = start + headerSize + view.getUint32(start + 4, true);
  const isWithin = declared + 2 <= bytes.length;
  const isConfirmed =
    isWithin && checksum(bytes, start, declared) === view.getUint16(declared, true);
  const next = findHeader(bytes, isConfirmed ? declared : start + headerSize);
  if (isConfirmed) return { headerSize, end: declared + 2, next, problems: [] };
  const end = next ?? bytes.length;
  const problem =
    declared + 2 === end ? 'its checksum is wrong' : 'its length is not the one in its header';
  return { headerSize, end, next, problems: [problem] };
}

const nibbleSums = [
  0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
  0x5000, 0x9c01, 0x8801, 0x4400,
];
const byteSums = Uint16Array.from({ length: 256 }, (_, byte) => {
  const low = nibbleSums[byte & 0xf] ?? 0;
  return (low >> 4) ^ (nibbleSums[(low ^ (byte >> 4)) & 0xf] ?? 0);
});

/** FIT's checksum: CRC-16 with the polynomial 0x8005, reflected. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) {
    sum = (sum >> 8) ^ (byteSums[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return sum;
}
