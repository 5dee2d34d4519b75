/**
 * Stores when sessions were used: at most once a minute for each, and all uses of a second in one transaction. A request
 * never waits for this.
 */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import { noteSessionsUsed } from "../session/session.repository.js";
import type { SessionWithRoles } from "../session/session.repository.js";

/** A use of a session by a request. */
type UsedSession = Pick<SessionWithRoles, "id" | "lastUsedAt" | "policies">;

/** Called for each use of a session. */
export type NoteUse = (used: UsedSession) => void;

/** Ignores uses. */
export const noUse: NoteUse = () => {};

export interface UseNotes {
  readonly note: NoteUse;
  /** Stores what was noted. Do not call `note` afterwards. */
  readonly stop: () => Promise<void>;
}

const NOTED_AFTER_MILLISECONDS = 60_000;
const STORED_AFTER_MILLISECONDS = 1_000;

/** @param logDefect called if uses cannot be stored. The next requests note theirs */
export function createUseNotes(
  { begin }: Pick<Store, "begin">,
  clock: Clock,
  logDefect: (error: unknown) => void,
): UseNotes {
  let sessions = new Map<string, UsedSession>();
  let timer: NodeJS.Timeout | null = null;
  let storing = Promise.resolve();
  const store = async () => {
    timer = null;
    const used = [...sessions.values()];
    sessions = new Map();
    if (used.length === 0) return;
    await begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => noteSessionsUsed(unit, used)).catch(logDefect);
  };
  const storeNext = () => (storing = storing.then(store));
  return {
    note: (used) => {
      if (clock().getTime() - used.lastUsedAt.getTime() < NOTED_AFTER_MILLISECONDS) return;
      sessions.set(used.id, used);
      timer ??= setTimeout(() => void storeNext(), STORED_AFTER_MILLISECONDS).unref();
    },
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await storeNext();
    },
  };
}
