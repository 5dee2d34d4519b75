/** The interface that verifies the signatures of responses, and its simplest implementation. */
import type { VerificationAnswer, VerificationJob } from "./verify-message.js";

export interface Validator {
  /** Never throws because of a response's content. */
  readonly verify: (job: VerificationJob) => Promise<VerificationAnswer>;
  /** Stops the validator's threads. Later calls may be refused with `SAML_BUSY`. */
  readonly close: () => Promise<void>;
}

/** Verifies in the calling thread. */
export function createInlineValidator(): Validator {
  return {
    verify: async (job) => {
      const { verifyMessage } = await import("./verify-message.js");
      return verifyMessage(job);
    },
    close: () => Promise.resolve(),
  };
}
