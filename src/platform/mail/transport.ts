/** The interface of all transports of messages, and the outcome of an attempt. */
import type { DueMail } from "./outbox.js";

export type Delivery =
  | {
      readonly kind: "DELIVERED";
      /** For the log: the file, when the message was written to one. */
      readonly details: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "FAILED";
      /** For the outbox: one line, with the server's answer. */
      readonly error: string;
      /** For the log: nothing that could quote the message. */
      readonly details: Readonly<Record<string, string | number>>;
      /** `ADDRESS`: never works. `MESSAGE`: may work later. `SERVER`: every other message would fail as well. */
      readonly blame: "ADDRESS" | "MESSAGE" | "SERVER";
    };

export interface MailTransport {
  /** Sends a message. Never rejects. Ends soon after the signal aborts. */
  readonly deliver: (mail: DueMail, signal: AbortSignal) => Promise<Delivery>;
  /** Closes connections, even those in use. */
  readonly close: () => void;
}
