/** Signing out together with a provider: what Usher passes to a protocol, and what the protocol returns. */
import type { ReplayNote } from "./exchange.js";

/**
 * A person's session at the provider. Usher stores it with its own session, the secrets encrypted, and deletes it when its
 * own session ends.
 */
export interface ProviderSession {
  /** The provider's name of the person in its logout messages. 1 to 2,000 characters. */
  readonly subject: string;
  /** The provider's name of the session; `null` if it has none. At most 2,000 characters. */
  readonly index: string | null;
  /** The values that the protocol needs to sign the person out at the provider. At most 16,000 characters as JSON. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The sessions that a provider ended. */
export interface ProviderLogout {
  /** The person; `null` if the message names only sessions. */
  readonly subject: string | null;
  /**
   * The ended sessions, at most 100. An empty list ends every session of the subject. If Usher knows no index of a
   * session, the session ends if the subject is its person.
   */
  readonly indexes: readonly string[];
  /** The note that keeps a copy of the message from being accepted. */
  readonly replay: ReplayNote;
}

/** A request of the browser to the logout address. */
export interface LogoutExchange {
  readonly method: "GET" | "POST";
  /**
   * The parameters of the query or the fields of the form. Each is a single string of limited length, never a list or
   * an object.
   */
  readonly parameters: Readonly<Record<string, string>>;
  /** The query as the browser sent it, without `?`, because signatures may cover it. Empty for `POST`. */
  readonly rawQuery: string;
}

/** A verified message of the provider that the browser brought to the logout address. */
export type LogoutMessage =
  /** The provider asks Usher to sign the person out. */
  | {
      readonly kind: "request";
      readonly logout: ProviderLogout;
      /** Makes the address that brings Usher's answer to the provider; `null` if the provider takes none. */
      readonly answer: () => Promise<string | null>;
    }
  /** The provider answers a sign-out that began at Usher. */
  | {
      readonly kind: "answer";
      /** The handle of that sign-out, as the message names it. */
      readonly handle: string;
      /** Whether the provider signed the person out. */
      readonly succeeded: boolean;
    };
