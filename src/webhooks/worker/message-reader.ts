/**
 * Reads the log as messages, once for all endpoints of an organization that read it at about the same time. Messages are
 * cached for two seconds only, because a cached message may still name a person who has been erased since.
 */
import { readLog, type LogRange } from "../../events/read-log.js";
import type { Reader } from "../../platform/database/database.js";
import { writeMessage, type Message } from "../message.js";

interface MessageRange {
  readonly organizationId: string;
  readonly after: number;
  readonly upTo: number;
  readonly types: readonly string[] | null;
}

/** The first messages of a range: all of them up to the sequence `upTo`. */
interface MessageBatch {
  readonly messages: readonly Message[];
  readonly upTo: number;
}

export type MessageReader = (range: MessageRange) => Promise<MessageBatch>;

/** The largest number of events that one read returns. */
export const BATCH = 100;
const CACHED_MS = 2_000;
const CACHED_BLOCKS = 32;

/** All messages of one log after the sequence `after`, up to `upTo`. */
interface Block {
  readonly after: number;
  readonly upTo: number;
  readonly messages: Promise<readonly Message[]>;
  readonly readAt: number;
}

export function createMessageReader(reader: Reader): MessageReader {
  const blocks = new Map<string, Block>();
  const read = async (range: LogRange) => (await readLog(reader, range, BATCH)).map(writeMessage);

  const keep = (name: string, block: Block) => {
    blocks.delete(name);
    const oldest = blocks.keys().next();
    if (blocks.size >= CACHED_BLOCKS && !oldest.done) blocks.delete(oldest.value);
    blocks.set(name, block);
    const forget = () => {
      if (blocks.get(name) === block) blocks.delete(name);
    };
    setTimeout(forget, Math.max(0, block.readAt + CACHED_MS - performance.now())).unref();
    block.messages.catch(forget);
    return block;
  };

  /** Finds the block of a hundred sequences in which a range begins, and reads what is missing up to `upTo`. */
  const findBlock = (organizationId: string, after: number, upTo: number): Block => {
    const name = `${organizationId} ${Math.floor(after / BATCH)}`;
    const known = blocks.get(name);
    if (known === undefined || known.after > after) {
      const messages = read({ organizationId, after, upTo });
      return keep(name, { after, upTo, messages, readAt: performance.now() });
    }
    if (known.upTo >= upTo) return known;
    // Sequences become visible in order, so only the end can be missing.
    const more = read({ organizationId, after: known.upTo, upTo });
    const messages = Promise.all([known.messages, more]).then((parts) => parts.flat());
    return keep(name, { after: known.after, upTo, messages, readAt: known.readAt });
  };

  return async ({ organizationId, after, upTo, types }) => {
    // The endpoint is far behind and gets only some types, so let the database skip the others.
    if (types !== null && upTo - after > BATCH) {
      const messages = await read({ organizationId, after, upTo, types });
      return { messages, upTo: messages.length < BATCH ? upTo : (messages.at(-1)?.event.sequence ?? upTo) };
    }
    const end = Math.min(upTo, (Math.floor(after / BATCH) + 1) * BATCH);
    const messages = await findBlock(organizationId, after, end).messages;
    return {
      messages: messages.filter(
        ({ event: { sequence, type } }) =>
          sequence > after && sequence <= end && (types === null || types.includes(type)),
      ),
      upTo: end,
    };
  };
}
