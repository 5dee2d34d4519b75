/** Second step of a start: stores a flow and asks the connection's strategy where to send the browser. */
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { Attempt } from "./attempt/attempt.js";
import type { SignInServices } from "./services.js";
import { keepFlow } from "./flow/keep-flow.js";
import { resolveReturnTo } from "./return-to.js";
import { runStrategy } from "./run-strategy.js";

/** How a person asks to sign in. */
export interface StartRequest {
  readonly connectionId: string;
  /** As received, of any type. Ignored if the allow-list does not cover it. */
  readonly returnTo: unknown;
  /** The account that the provider should suggest (OpenID Connect Core 3.1.2.1, `login_hint`). */
  readonly loginHint: string | null;
  /** Whether the provider should let the person choose the account, even if one is signed in there. */
  readonly chooseAccount: boolean;
  /** The token of a test sign-in, as it came; `undefined` for a sign-in. */
  readonly test?: unknown;
}

/** Returns the provider's address to which the browser goes next. */
export async function beginFlow(
  services: SignInServices,
  { connection, strategy }: OpenedConnection,
  request: StartRequest,
  browserToken: string,
  { steps, kind, reference }: Pick<Attempt, "steps" | "kind" | "reference">,
): Promise<string> {
  const returnTo = resolveReturnTo(request.returnTo, services.returnRules);
  const outcome = await runStrategy(strategy, {
    step: "start",
    loginHint: request.loginHint,
    forceAuthentication: false,
    chooseAccount: request.chooseAccount,
    keep: (draft) =>
      keepFlow(services, connection, browserToken, draft, {
        returnTo,
        steps,
        testReference: kind === "TEST" ? reference : null,
      }),
  });
  if (outcome.kind !== "redirect") throw new Error("a strategy began a sign-in without a redirect");
  return outcome.url;
}
