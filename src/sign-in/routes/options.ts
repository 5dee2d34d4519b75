/** The dependencies of the routes of signing in and out. The composition root supplies them. */
import type { Request } from "express";
import type { Caller } from "../../access/caller.js";
import type { Cookie } from "../../platform/http/cookies.js";
import type { Logger } from "../../platform/telemetry/logger.js";
import type { SignInLimits } from "../limits.js";
import type { SignInServices } from "../services.js";

/** Finds a public document of a connection. */
type FindDocument = (connectionId: string) => Promise<{ readonly contentType: string; readonly body: string } | null>;

export interface SignInRouteOptions {
  readonly services: SignInServices;
  readonly cookies: {
    readonly session: Cookie;
    /** Names a verified sign-in that waits for something else, such as a second factor. */
    readonly pending: Cookie;
    /** Proves that a page of Usher sent a form. */
    readonly form: Cookie;
    /** Binds a browser to the flows that it began, with one token for each flow. It proves nothing about the person. */
    readonly browser: Cookie;
    /** Remembers for a minute that a message of a provider's portal began a sign-in. */
    readonly portal: Cookie;
    /** Remembers a sign-out until the next sign-in. */
    readonly signedOut: Cookie;
  };
  readonly callerOf: (request: Request) => Promise<Caller>;
  readonly limits: SignInLimits;
  readonly logger: Logger;
  /** The origins whose pages may sign a person out: Usher's own origin, and the origins of the product's frontends. */
  readonly allowedOrigins: readonly string[];
  /** The metadata document of a connection; `null` if the connection does not exist or its type has none. */
  readonly findMetadata: FindDocument;
  /** The public keys with which a connection authenticates at its provider; `null` if it has none. */
  readonly findClientKeys: FindDocument;
}
