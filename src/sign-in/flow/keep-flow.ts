/** Stores a flow, sealed, while the person is at the provider, and finds it again when they return. */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { FlowDraft, PendingFlow } from "../../connection/contract/index.js";
import type { Connection } from "../../connection/stored/connection.js";
import { issueToken, sha256Hex } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { AttemptStep } from "../attempt/attempt.js";
import type { SignInServices } from "../services.js";
import { SIGN_IN_SUPERSEDED, SIGN_IN_UNKNOWN } from "../failures.js";
import { requireBrowser } from "./browser-tokens.js";
import {
  DURABLE_WITH_SIGN_IN,
  consumeFlow,
  existsPendingFlow,
  findFlowByRequestId,
  findFlowByState,
  insertFlow,
  type StoredFlow,
} from "./flow.repository.js";

/** The contents of a flow in addition to the secrets of the protocol. */
export interface FlowNotes {
  /** Where the person goes after signing in; `null` means the organization's landing page. */
  readonly returnTo: string | null;
  /** The steps of the attempt so far. */
  readonly steps: readonly AttemptStep[];
  /** The reference of the test that the flow belongs to; `null` for a sign-in. A flow stays a test or a sign-in. */
  readonly testReference: string | null;
}

/** A stored flow with its contents. */
export interface FoundFlow extends FlowNotes {
  readonly pending: PendingFlow;
  readonly trustVersion: number;
}

/** The flow that a posted message belongs to. A post across sites carries no cookies, so the browser is checked later. */
export interface PostedFlow extends FoundFlow {
  readonly stateHash: string;
  readonly browserHash: string;
}

interface Payload extends FlowNotes {
  readonly requestId: string | null;
  readonly secrets: Readonly<Record<string, string>>;
}

const sealContext = (stateHash: string) => `sso_flow:${stateHash}`;

/** Stores a flow and returns its state handle, 256 random bits. */
export async function keepFlow(
  { store, keyRing }: SignInServices,
  connection: Connection,
  browserToken: string,
  draft: FlowDraft,
  notes: FlowNotes,
): Promise<string> {
  const { token: state, hash: stateHash } = issueToken("");
  const payload: Payload = { ...notes, requestId: draft.requestId, secrets: draft.secrets };
  const sealed = keyRing.seal(JSON.stringify(payload), sealContext(stateHash));
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection.id }, (unit) =>
    insertFlow(unit, {
      stateHash,
      connectionId: connection.id,
      trustVersion: connection.trustVersion,
      browserHash: sha256Hex(browserToken),
      requestId: draft.requestId,
      payload: sealed,
    }),
  );
  return state;
}

/**
 * Finds the flow of a state handle without consuming it. This browser must have begun it through this connection, and the
 * connection's trust version must be unchanged.
 *
 * @throws SIGN_IN_UNKNOWN, SIGN_IN_OTHER_BROWSER or SIGN_IN_SUPERSEDED
 */
export async function findFlow(
  services: SignInServices,
  connection: Connection,
  state: string | undefined,
  browserTokens: string | null,
): Promise<FoundFlow> {
  if (state === undefined || state === "") throw unknown("The answer has no state parameter.");
  const flow = await findFlowByState(services.store.reader, state);
  if (flow === null) throw unknown("No sign-in was begun with this state, or its record is deleted.");
  requireUsable(services, connection, flow);
  requireBrowser(browserTokens, flow.browserHash);
  return unseal(services, flow);
}

/**
 * Finds the flow whose outgoing request had this id; `null` if this connection did not send the request. It does not consume
 * the flow, because the posted message is not verified yet.
 *
 * @throws SIGN_IN_UNKNOWN if the flow is consumed or expired, SIGN_IN_SUPERSEDED if the trust version has changed
 */
export async function findPostedFlow(
  services: SignInServices,
  connection: Connection,
  requestId: string,
): Promise<PostedFlow | null> {
  const flow = await findFlowByRequestId(services.store.reader, connection.id, requestId);
  if (flow === null) return null;
  requireUsable(services, connection, flow);
  return { ...unseal(services, flow), stateHash: flow.stateHash, browserHash: flow.browserHash };
}

/** Whether a flow of the connection waits for its answer. */
export async function hasPendingFlow({ store, clock }: SignInServices, connection: Connection): Promise<boolean> {
  return await existsPendingFlow(store.reader, connection, clock());
}

/** The return address of a flow, also if it is consumed or expired; `null` if it has none or is deleted. */
export async function findFlowReturnTo(services: SignInServices, state: string): Promise<string | null> {
  const flow = await findFlowByState(services.store.reader, state);
  return flow === null ? null : unseal(services, flow).returnTo;
}

function requireUsable({ clock }: SignInServices, connection: Connection, flow: StoredFlow): void {
  if (flow.connectionId !== connection.id) throw unknown("The state belongs to another connection.");
  if (flow.consumedAt !== null) throw unknown("The state was used before.");
  if (flow.expiresAt <= clock()) throw unknown(`The sign-in began at ${flow.createdAt.toISOString()} and has expired.`);
  if (flow.trustVersion !== connection.trustVersion)
    throw new Failure(SIGN_IN_SUPERSEDED, {
      detail: "What the connection trusts was changed after the sign-in began.",
    });
}

function unseal({ store, keyRing }: SignInServices, flow: StoredFlow): FoundFlow {
  const payload = JSON.parse(keyRing.open(flow.payload, sealContext(flow.stateHash))) as Payload;
  return {
    returnTo: payload.returnTo,
    steps: payload.steps,
    // Older versions stored flows without this field.
    testReference: payload.testReference ?? null,
    trustVersion: flow.trustVersion,
    pending: {
      requestId: payload.requestId,
      secrets: payload.secrets,
      startedAt: flow.createdAt,
      consume: () => {
        const use = (unit: UnitOfWork) => consumeFlow(unit, flow.stateHash);
        return store.begin(SYSTEM, { kind: "SIGN_IN", actor: flow.connectionId }, use, DURABLE_WITH_SIGN_IN);
      },
    },
  };
}

function unknown(detail: string) {
  return new Failure(SIGN_IN_UNKNOWN, { detail });
}
