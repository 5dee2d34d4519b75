/** How a message leaves the house, in the same words whichever way it takes. */
import type { DueMail } from "./outbox.js";

/** What became of an attempt. */
export type Delivery =
  | {
      readonly kind: "DELIVERED";
      /** What the log tells beside the message: the file, where it became one. */
      readonly details: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "FAILED";
      /** For the outbox: one line, with what the server said. */
      readonly error: string;
      /** For the log: nothing that could repeat the message. */
      readonly details: Readonly<Record<string, string | number>>;
      /** `ADDRESS` never works, `MESSAGE` may work later, `SERVER` is nobody's fault: the others would fail as well. */
      readonly blame: "ADDRESS" | "MESSAGE" | "SERVER";
    };

export interface MailTransport {
  /** Sends a message. Never rejects: failures are values. Ends soon after the signal is aborted. */
  readonly deliver: (mail: DueMail, signal: AbortSignal) => Promise<Delivery>;
  /** Closes connections, also those in use. */
  readonly close: () => void;
}
