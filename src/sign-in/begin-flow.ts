/**
 * The second step of a sign-in's start: asks the connection's strategy where to send the browser, and stores a flow,
 * the record of the sign-in under way.
 */
import type { Strategy } from "passport";
import type { Connection } from "../connection/stored/connection.js";
import type { SignInServices } from "./services.js";
import { keepFlow, type FlowNotes } from "./flow/keep-flow.js";
import { Failure } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";
import { SIGN_IN_PARAMETERS_INVALID } from "./failures.js";
import { LONGEST_RETURN_URL } from "./return-to.js";
import { runStrategy } from "./run-strategy.js";

/** How a person asks to sign in. */
export interface StartRequest {
  readonly connectionId: string;
  /**
   * Where the person wants to go after the sign-in, as received, of any type. Ignored if the allow-list does not cover
   * it.
   */
  readonly returnTo: unknown;
  /** The account that the provider should suggest (OpenID Connect Core 3.1.2.1, `login_hint`). */
  readonly loginHint: string | null;
  /** The provider that a third party names (OpenID Connect Core 4, `iss`), as it came; `undefined` if none does. */
  readonly issuer?: unknown;
  /** Whether the provider should let the person choose the account, even if an account is signed in there. */
  readonly chooseAccount: boolean;
  /** Whether a message of the provider's portal began this sign-in. Such a message answers no request of Usher. */
  readonly fromPortal?: boolean;
  /** The token of a test sign-in, as it came; `undefined` for a sign-in. */
  readonly test?: unknown;
}

/**
 * Returns the provider's address to which the browser goes next.
 *
 * @param opened `connection` is `null` if only the provider's answer will say which connection it is
 */
export async function beginFlow(
  services: SignInServices,
  { connection, strategy }: { readonly connection: Connection | null; readonly strategy: Strategy },
  request: Pick<StartRequest, "loginHint" | "issuer" | "chooseAccount">,
  browserToken: string,
  notes: FlowNotes,
): Promise<string> {
  const outcome = await runStrategy(strategy, {
    step: "start",
    loginHint: request.loginHint,
    initiatedBy: readIssuer(request.issuer),
    forceAuthentication: false,
    chooseAccount: request.chooseAccount,
    keep: (draft) => keepFlow(services, connection, browserToken, draft, notes),
  });
  if (outcome.kind !== "redirect") throw new Error("a strategy began a sign-in without a redirect");
  return outcome.url;
}

/** Reads the provider that a third party names; `null` if none is named. */
function readIssuer(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && value.length <= LONGEST_RETURN_URL) return value;
  throw new Failure<RefusalDetails>(SIGN_IN_PARAMETERS_INVALID, {
    detail: `The parameter iss is repeated, nested or longer than ${LONGEST_RETURN_URL} characters.`,
  });
}
