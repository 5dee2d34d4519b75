/**
 * Refuses a provider's answer that came to an address that the connection does not have. The attempt's detail names the
 * right address.
 */
import { quote } from "../connection/contract/index.js";
import { addressesOf } from "../connection/runtime.js";
import { Failure } from "../platform/errors/failure.js";
import type { BrowserRequest } from "./browser-request.js";
import { SIGN_IN_ADDRESS_WRONG } from "./failures.js";
import type { SignInRefused } from "./record-refusal.js";
import { runAttempt } from "./run-attempt.js";
import type { SignInServices } from "./services.js";

interface MisdirectedRequest {
  readonly connectionId: string;
  readonly method: string;
  readonly path: string;
}

/** @throws UNKNOWN_CONNECTION, which is not recorded */
export async function refuseAddress(
  services: SignInServices,
  browser: BrowserRequest,
  { connectionId, method, path }: MisdirectedRequest,
): Promise<SignInRefused> {
  return await runAttempt(services, browser, connectionId, ({ found, beginStep }) => {
    beginStep("RETURN");
    const { publicUrl } = services.returnRules;
    const { callbackUrl, acsUrl } = addressesOf(publicUrl, connectionId);
    const expected = services.registry.find(found.connection.type)?.binding === "post" ? acsUrl : callbackUrl;
    throw new Failure(SIGN_IN_ADDRESS_WRONG, {
      detail: `Expected ${expected}, received ${method} ${publicUrl}${quote(path)}.`,
    });
  });
}
