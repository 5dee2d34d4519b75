/** A refusal is a value: why, and what an administrator needs to know of it. */
import type { User } from "../people/user/user.js";
import type { FailureDefinition } from "../platform/errors/failure.js";
import type { RefusalDetails } from "./failures.js";

export interface Refusal {
  readonly kind: "refuse";
  readonly failure: FailureDefinition<RefusalDetails>;
  /** For the administrator alone. */
  readonly detail: string | null;
  /** The account that was recognised, where one was. */
  readonly user: User | null;
}

/** Refuses. */
export function refuse(failure: Refusal["failure"], detail: string | null = null, user: User | null = null): Refusal {
  return { kind: "refuse", failure, detail, user };
}
