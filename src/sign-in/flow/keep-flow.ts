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
  /**
   * The reference of the test that the flow belongs to; `null` for a sign-in. A sign-in never becomes a test, and a
   * test never becomes a sign-in.
   */
  readonly testReference: string | null;
  /**
   * The id of the connection type if the sign-in began with the operator's app; absent if it began with a connection.
   */
  readonly operatorAppOf?: string;
  /** The consent that the flow belongs to; absent for a sign-in or a test. */
  readonly consent?: ConsentNotes;
}

/** Where a consent to the operator's app is: at the provider's page, or at the sign-in after it. */
export type ConsentNotes =
  | { readonly stage: "PAGE" }
  /** `named` is the tenant that the page's answer named, unverified. */
  | { readonly stage: "SIGN_IN"; readonly named: string | null };

/** A stored flow with its contents. */
export interface FoundFlow extends FlowNotes {
  readonly pending: PendingFlow;
  readonly trustVersion: number;
}

/**
 * The flow that a posted message belongs to. A form that a different site posts carries no cookies, so a later step
 * checks that this browser began the flow.
 */
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
  connection: Connection | null,
  browserToken: string,
  draft: FlowDraft,
  notes: FlowNotes,
): Promise<string> {
  const { token: state, hash: stateHash } = issueToken("");
  const payload: Payload = { ...notes, requestId: draft.requestId, secrets: draft.secrets };
  const sealed = keyRing.seal(JSON.stringify(payload), sealContext(stateHash));
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection?.id ?? null }, (unit) =>
    insertFlow(unit, {
      stateHash,
      connectionId: connection?.id ?? null,
      trustVersion: connection?.trustVersion ?? 0,
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
  const flow = await findStored(services, state);
  requireUsable(services, connection, flow);
  requireBrowser(browserTokens, flow.browserHash);
  return unseal(services, flow);
}

/**
 * The id of the connection of a state handle's flow; `null` if the flow began without a connection.
 *
 * @throws SIGN_IN_UNKNOWN
 */
export async function findFlowOwner(services: SignInServices, state: string): Promise<string | null> {
  return (await findStored(services, state)).connectionId;
}

/**
 * Finds a flow that this browser began without a connection, with the operator's app of a type.
 *
 * @throws SIGN_IN_UNKNOWN or SIGN_IN_OTHER_BROWSER
 */
export async function findAppFlow(
  services: SignInServices,
  typeId: string,
  state: string,
  browserTokens: string | null,
): Promise<FoundFlow> {
  const stored = await findStored(services, state);
  requirePending(services, stored);
  requireBrowser(browserTokens, stored.browserHash);
  const flow = unseal(services, stored);
  if (stored.connectionId !== null || flow.operatorAppOf !== typeId)
    throw unknown("The state belongs to another sign-in.");
  return flow;
}

async function findStored({ store }: SignInServices, state: string | undefined): Promise<StoredFlow> {
  if (state === undefined || state === "") throw unknown("The answer has no state parameter.");
  const flow = await findFlowByState(store.reader, state);
  if (flow === null) throw unknown("No sign-in was begun with this state, or its record is deleted.");
  return flow;
}

/**
 * Finds the flow whose outgoing request had this id; `null` if this connection did not send the request. Does not
 * consume the flow, because the posted message is not verified yet.
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

function requireUsable(services: SignInServices, connection: Connection, flow: StoredFlow): void {
  if (flow.connectionId !== connection.id) throw unknown("The state belongs to another connection.");
  requirePending(services, flow);
  if (flow.trustVersion !== connection.trustVersion)
    throw new Failure(SIGN_IN_SUPERSEDED, {
      detail: "What the connection trusts was changed after the sign-in began.",
    });
}

function requirePending({ clock }: SignInServices, flow: StoredFlow): void {
  if (flow.consumedAt !== null) throw unknown("The state was used before.");
  if (flow.expiresAt <= clock()) throw unknown(`The sign-in began at ${flow.createdAt.toISOString()} and has expired.`);
}

function unseal({ store, keyRing }: SignInServices, flow: StoredFlow): FoundFlow {
  const payload = JSON.parse(keyRing.open(flow.payload, sealContext(flow.stateHash))) as Payload;
  return {
    returnTo: payload.returnTo,
    steps: payload.steps,
    // Older versions stored flows without this field.
    testReference: payload.testReference ?? null,
    ...(payload.operatorAppOf !== undefined && { operatorAppOf: payload.operatorAppOf }),
    ...(payload.consent !== undefined && { consent: payload.consent }),
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
