/**
 * Stores when sessions were used: at most once a minute for each, and all uses of a second in one transaction. A request
 * never waits for this.
 */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import { noteKeysUsed } from "../api-key/api-key.repository.js";
import type { ApiKey } from "../api-key/api-key.js";
import { noteSessionsUsed } from "../session/session.repository.js";
import type { SessionWithRoles } from "../session/session.repository.js";

/** A use of a session or of an API key by a request. */
type Used =
  | ({ readonly kind: "SESSION" } & Pick<SessionWithRoles, "id" | "lastUsedAt" | "policies">)
  | ({ readonly kind: "API_KEY" } & Pick<ApiKey, "id" | "lastUsedAt">);

/** Called for each use of a session. */
export type NoteUse = (used: Used) => void;

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
  let noted = new Map<string, Used>();
  let timer: NodeJS.Timeout | null = null;
  let storing = Promise.resolve();
  const store = async () => {
    timer = null;
    const used = [...noted.values()];
    noted = new Map();
    if (used.length === 0) return;
    const sessions = used.filter((each) => each.kind === "SESSION");
    const keys = used.filter((each) => each.kind === "API_KEY");
    await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
      await noteSessionsUsed(unit, sessions);
      await noteKeysUsed(
        unit,
        keys.map(({ id }) => id),
      );
    }).catch(logDefect);
  };
  const storeNext = () => (storing = storing.then(store));
  return {
    note: (used) => {
      if (clock().getTime() - (used.lastUsedAt?.getTime() ?? 0) < NOTED_AFTER_MILLISECONDS) return;
      noted.set(used.id, used);
      timer ??= setTimeout(() => void storeNext(), STORED_AFTER_MILLISECONDS).unref();
    },
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await storeNext();
    },
  };
}
