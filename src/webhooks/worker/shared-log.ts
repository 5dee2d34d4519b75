/**
 * The logs as they are sent, read and written down once for all endpoints that come by. What is kept is kept for moments:
 * whoever was erased meanwhile must not be told of from memory.
 */
import { readLog, type LogStretch } from "../../events/read-log.js";
import type { Reader } from "../../platform/database/database.js";
import { writeMessage, type Message } from "../message.js";

/** Part of a log. */
export interface MessageStretch {
  readonly organizationId: string;
  readonly after: number;
  readonly upTo: number;
  readonly types: readonly string[] | null;
}

/** The first messages of a stretch, and how far they reach: up to there, there are no others. */
export interface MessageBatch {
  readonly messages: readonly Message[];
  readonly upTo: number;
}

export type SharedLog = (stretch: MessageStretch) => Promise<MessageBatch>;

/** Messages read at once. */
export const BATCH = 100;
const KEPT_MS = 2_000;
const BLOCKS_KEPT = 32;

/** Messages of one log, all of those after `after` up to `upTo`. */
interface Block {
  readonly after: number;
  readonly upTo: number;
  readonly messages: Promise<readonly Message[]>;
  readonly readAt: number;
}

export function createSharedLog(reader: Reader): SharedLog {
  const blocks = new Map<string, Block>();
  const read = async (stretch: LogStretch) => (await readLog(reader, stretch, BATCH)).map(writeMessage);

  const keep = (name: string, block: Block) => {
    blocks.delete(name);
    const oldest = blocks.keys().next();
    if (blocks.size >= BLOCKS_KEPT && !oldest.done) blocks.delete(oldest.value);
    blocks.set(name, block);
    const forget = () => {
      if (blocks.get(name) === block) blocks.delete(name);
    };
    setTimeout(forget, Math.max(0, block.readAt + KEPT_MS - performance.now())).unref();
    block.messages.catch(forget);
    return block;
  };

  /** The block of a hundred sequences in which a stretch begins, as far as it is needed. */
  const findBlock = (organizationId: string, after: number, upTo: number): Block => {
    const name = `${organizationId} ${Math.floor(after / BATCH)}`;
    const known = blocks.get(name);
    if (known === undefined || known.after > after) {
      const messages = read({ organizationId, after, upTo });
      return keep(name, { after, upTo, messages, readAt: performance.now() });
    }
    if (known.upTo >= upTo) return known;
    // What was appended since: sequences become visible in their order.
    const more = read({ organizationId, after: known.upTo, upTo });
    const messages = Promise.all([known.messages, more]).then((parts) => parts.flat());
    return keep(name, { after: known.after, upTo, messages, readAt: known.readAt });
  };

  return async ({ organizationId, after, upTo, types }) => {
    // Somebody far behind who wants few types: the database passes over the others.
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
