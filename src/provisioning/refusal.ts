/** A refusal as a value. */
import type { User } from "../people/user/user.js";
import type { FailureDefinition } from "../platform/errors/failure.js";
import type { RefusalDetails } from "./failures.js";

export interface Refusal {
  readonly kind: "refuse";
  readonly failure: FailureDefinition<RefusalDetails>;
  /** For administrators only. */
  readonly detail: string | null;
  /** The account of the person, if it was recognised. */
  readonly user: User | null;
}

export function refuse(failure: Refusal["failure"], detail: string | null = null, user: User | null = null): Refusal {
  return { kind: "refuse", failure, detail, user };
}
