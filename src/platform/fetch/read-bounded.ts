/** Reads a body to its end or to a limit, without trusting the announced length. */

/** The bytes read, and whether the body is longer than the limit. */
export interface BoundedBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isCut: boolean;
}

/** Reads at most `maximumBytes` of a decompressed body. A longer body ends the connection. */
export async function readBounded(body: AsyncIterable<Uint8Array> | null, maximumBytes: number): Promise<BoundedBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isCut = false;
  for await (const chunk of body ?? []) {
    const left = maximumBytes - length;
    chunks.push(chunk.subarray(0, left));
    length += Math.min(chunk.length, left);
    if (chunk.length > left) {
      isCut = true;
      break;
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return { bytes, isCut };
}
