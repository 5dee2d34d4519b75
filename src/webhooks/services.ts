/** The dependencies of the operations on webhooks. The composition root provides them. */
import type { Store } from "../access/store.js";
import type { KnownEventType } from "../events/event-type.js";
import type { Clock } from "../platform/clock.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { GuardedFetch } from "../platform/fetch/guarded-fetch.js";

export interface WebhookServices extends Store {
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  /** Sends requests, and has the rules for addresses that are saved. */
  readonly outgoing: Pick<GuardedFetch, "post" | "rules">;
  /** The event types of all modules. */
  readonly eventTypes: readonly KnownEventType[];
}
