/** What webhooks are made of; handed in by the composition root. */
import type { Store } from "../access/store.js";
import type { KnownEventType } from "../events/event-type.js";
import type { Clock } from "../platform/clock.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { GuardedFetch } from "../platform/fetch/guarded-fetch.js";

export interface WebhookServices extends Store {
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  /** The one way out, and the rules for addresses that are saved. */
  readonly outgoing: Pick<GuardedFetch, "post" | "rules">;
  /** Every type that this installation can record. */
  readonly eventTypes: readonly KnownEventType[];
}
