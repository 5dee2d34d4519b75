/** Somebody at a door, in the same words whichever door it is. */
import type { NormalizedProfile } from "../connection/contract/index.js";

/** A verified person who arrives through a connection. */
export interface Arrival {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly profile: NormalizedProfile;
}
