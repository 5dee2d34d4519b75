/** A person that the provider of a connection has verified. */
import type { NormalizedProfile } from "../connection/contract/index.js";

export interface VerifiedPerson {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly profile: NormalizedProfile;
}
