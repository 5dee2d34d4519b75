/**
 * Sign-ins by the shared buttons, such as "Sign in with Microsoft". They begin without a connection. When the person is
 * verified, Usher finds the connection by the person's tenant.
 *
 * ``` start     openApp → beginFlow (without a connection) return    readParameters → findFlowOwner → (with a
 * connection) finishReturn → (without) findAppFlow → verifyReturn → tenantOf → findConnectionOfTenant → sign in ```
 * Until the connection is found, there is no organization in which an attempt could be recorded. A refusal before that
 * has no reference, and the operator finds it in the log.
 */
import { ProtocolRefusal, type AnyConnectionType } from "../../connection/contract/index.js";
import { findConnectionOfTenant } from "../../connection/operator-app/operator-app-tenant.repository.js";
import type { Connection } from "../../connection/stored/connection.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { beginFlow, type StartRequest } from "../begin-flow.js";
import type { BrowserRequest } from "../browser-request.js";
import { SIGN_IN_TENANT_UNKNOWN } from "../failures.js";
import { requireUsable } from "../find-connection.js";
import { issueBrowserToken } from "../flow/browser-tokens.js";
import { findAppFlow, findFlowOwner, findFlowReturnTo, type FoundFlow } from "../flow/keep-flow.js";
import { findSessionOf } from "../is-already-signed-in.js";
import { locationAfterSignIn, type AlreadySignedIn, type SentToProvider, type SentToStart } from "../outcomes.js";
import { finishReturn, signIn, type ReturnOutcome } from "../pipeline.js";
import { readParameters } from "../read-parameters.js";
import { resolveReturnTo } from "../return-to.js";
import { runAttempt } from "../run-attempt.js";
import type { SignInServices } from "../services.js";
import { startUrl } from "../urls.js";
import { verifyReturn } from "../verify.js";
import { openApp, requireApp } from "./require-app.js";

/** Begins a sign-in with the operator's app of a type. */
export async function startWithApp(
  services: SignInServices,
  browser: BrowserRequest,
  typeId: string,
  request: Omit<StartRequest, "connectionId" | "test">,
): Promise<SentToProvider> {
  const { type } = requireApp(services, typeId);
  const strategy = await openApp(services, typeId).catch((error: unknown) => fail(type, error));
  const { token, cookie } = await issueBrowserToken(services, browser.browserTokens);
  const location = await beginFlow(services, { connection: null, strategy }, request, token, {
    returnTo: resolveReturnTo(request.returnTo, services.returnRules),
    steps: [{ step: "START", at: services.clock().toISOString() }],
    testReference: null,
    operatorAppOf: type.id,
  });
  return { kind: "sent-to-provider", location, browserTokens: cookie };
}

/**
 * Completes every return to the callback of the operator's app. The state says which sign-in or consent a return belongs to.
 */
export async function finishAppReturn(
  services: SignInServices,
  browser: BrowserRequest,
  typeId: string,
  query: Readonly<Record<string, unknown>>,
): Promise<ReturnOutcome | SentToStart> {
  const parameters = readParameters(query);
  const { state = "" } = parameters;
  const connectionId = await findFlowOwner(services, state);
  if (connectionId !== null)
    return await finishReturn(services, browser, { connectionId, parameters: query, operatorAppOf: typeId });
  const repeated = await findRepeated(services, browser, state);
  if (repeated !== null) return repeated;
  const flow = await findAppFlow(services, typeId, state, browser.browserTokens);
  const { app, verified, tenant } = await verify(services, typeId, flow, parameters);
  const found = await findConnectionOfTenant(services.store.reader, typeId, tenant);
  if (found === null)
    throw new Failure(SIGN_IN_TENANT_UNKNOWN, {
      detail: `No connection of this installation has the tenant ${tenant}.`,
    });
  return await runAttempt(services, browser, found, async (progress) => {
    const { connection } = progress.found;
    progress.beginStep("RETURN");
    progress.resume(flow);
    requireUsable(services, connection, "SIGN_IN");
    const opened = await services.open(connection);
    progress.beginStep("VERIFY");
    if (app.needsOwnSignIn?.(opened.settings) === true)
      return { kind: "sent-to-start", location: ownStart(connection, flow) };
    const { trustVersion } = connection;
    return await signIn(services, browser, progress, opened, {
      ...flow,
      trustVersion,
      verified,
      flowHash: hashToken(state),
    });
  });
}

/** The address that starts a sign-in with the connection's own strategy. It keeps the return address of the flow. */
function ownStart({ id }: Connection, { returnTo }: FoundFlow): string {
  return startUrl(id, returnTo === null ? undefined : new URLSearchParams({ returnTo }));
}

/**
 * Recognises a browser that repeats the last request of its own sign-in. Returns where it goes, or `null` for every
 * other request.
 */
async function findRepeated(
  services: SignInServices,
  browser: BrowserRequest,
  state: string,
): Promise<AlreadySignedIn | null> {
  const session = await findSessionOf(services, browser, state);
  const organization = session && (await findOrganization(services.store.reader, null, session.organizationId));
  if (organization === null) return null;
  return {
    kind: "already-signed-in",
    location: locationAfterSignIn(organization, await findFlowReturnTo(services, state)),
  };
}

async function verify(
  services: SignInServices,
  typeId: string,
  flow: FoundFlow,
  parameters: Readonly<Record<string, string>>,
) {
  const { type, app } = requireApp(services, typeId);
  try {
    const strategy = await openApp(services, typeId);
    const { verified } = await verifyReturn({ type, strategy }, flow, parameters);
    return { app, verified, tenant: app.tenantOf(verified) };
  } catch (error) {
    return fail(type, error);
  }
}

/** Throws a protocol's refusal as a failure with the connection type's text. Throws every other error unchanged. */
function fail(type: AnyConnectionType, error: unknown): never {
  if (!(error instanceof ProtocolRefusal)) throw error;
  const { code, detail } = error;
  const text = type.refusals[code];
  if (text === undefined) throw error;
  const { message, remedy } = text;
  throw new Failure<RefusalDetails>({ code, status: 403, message, remedy }, { detail });
}
