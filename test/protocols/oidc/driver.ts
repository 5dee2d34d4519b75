/** Drives OpenID Connect sign-ins in place of Usher: stores flows, and runs a strategy once per request. */
import { randomBytes } from "node:crypto";
import {
  createKeySet,
  discoverProvider,
  OpenIdConnectStrategy,
  type AddressRules,
  type RecalledFacts,
  type RelyingParty,
  type Surroundings,
  type VerifiedSignIn,
} from "../../../src/protocols/oidc/index.js";
import type { FlowDraft, PendingFlow, StartExchange } from "../../../src/protocols/exchange.js";
import { ProtocolRefusal } from "../../../src/protocols/refusal.js";
import type { HostileOpenIdProvider, Person } from "../../support/providers/hostile-openid/index.js";

export const CALLBACK_URL = "http://localhost:4000/sso/connection-1/callback";

/** The rules of an installation whose operator allows loopback: https for every host, http only on the loopback interface. */
export const RULES: AddressRules = { serverUrl: judge, browserUrl: judge };
function judge(url: URL): string | null {
  const isAllowed = url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1");
  return isAllowed ? null : "must be an https address";
}

/** An environment whose clock and timeout a test can change. */
export interface TestSurroundings extends Surroundings {
  secondsAhead: number;
  requestTimeoutMilliseconds: number;
}

export function makeSurroundings(): TestSurroundings {
  return {
    fetch,
    secondsAhead: 0,
    requestTimeoutMilliseconds: 10_000,
    now() {
      return new Date(Date.now() + this.secondsAhead * 1_000);
    },
  };
}

/** A memory like the application's: a later process reads what an earlier one stored. */
export function makeMemory(now: () => Date) {
  const kept = new Map<string, { readonly facts: RecalledFacts; readonly learnedAt: Date }>();
  let writes = 0;
  return {
    /** The memory of a process that starts at this moment. */
    open: () => {
      const atOpening = new Map(kept);
      return {
        recall: (name: string) => atOpening.get(name) ?? null,
        recallNow: async (name: string) => kept.get(name) ?? null,
        keep: async (name: string, facts: RecalledFacts) => {
          writes += 1;
          kept.set(name, { facts: structuredClone(facts), learnedAt: now() });
        },
      };
    },
    writes: () => writes,
  };
}

/** Discovers a provider and describes this installation to it. */
export async function makeParty(
  provider: HostileOpenIdProvider,
  changes: Partial<RelyingParty> = {},
  surroundings: Surroundings = makeSurroundings(),
): Promise<RelyingParty> {
  const source = { address: provider.url, issuer: null, allowCrossHostEndpoints: false, rules: RULES };
  const discovered = await discoverProvider(source, surroundings);
  return {
    provider: discovered,
    keys: createKeySet(discovered.jwksUri, surroundings),
    client: {
      id: provider.clientId,
      secret: provider.clientSecret,
      authentication: "client_secret_basic",
      redirectUri: CALLBACK_URL,
    },
    scopes: ["openid", "profile", "email"],
    pkce: true,
    algorithms: ["RS256"],
    surroundings,
    ...changes,
  };
}

/** The strategy's first action. */
export type Outcome =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "success"; readonly verified: VerifiedSignIn }
  | { readonly kind: "error"; readonly error: unknown };

const TIME_LIMIT_MILLISECONDS = 10_000;

/** Runs a strategy for one request on a child object. Only the first action counts. A timeout is an error. */
export function runStrategy(strategy: { authenticate: (request: never) => unknown }, step: object): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const fail = (error: unknown) => settle({ kind: "error", error });
    const timer = setTimeout(() => fail(new Error("no answer in time")), TIME_LIMIT_MILLISECONDS);
    const actions = {
      redirect: (url: string) => settle({ kind: "redirect", url }),
      success: ({ verified }: { verified: VerifiedSignIn }) => settle({ kind: "success", verified }),
      error: fail,
      fail: () => fail(new Error("the strategy failed instead of refusing")),
      pass: () => fail(new Error("the strategy passed")),
    };
    // These members are read-only, as in the application.
    const descriptors = Object.entries(actions).map(([name, value]) => [name, { value }] as const);
    const child = Object.create(strategy, Object.fromEntries(descriptors)) as typeof strategy;
    Promise.resolve(child.authenticate(step as never)).catch(fail);
  });
}

/** A flow table in memory. */
class FlowTable {
  readonly drafts = new Map<string, FlowDraft>();
  readonly consumed = new Set<string>();

  keep = async (draft: FlowDraft): Promise<string> => {
    const state = randomBytes(32).toString("base64url");
    this.drafts.set(state, draft);
    return state;
  };

  find(state: string, startedAt = new Date()): PendingFlow {
    const draft = this.drafts.get(state);
    if (draft === undefined) throw new Error("unknown state");
    const consume = async () => !this.consumed.has(state) && Boolean(this.consumed.add(state));
    return { ...draft, startedAt, consume };
  }
}

/** One connection's strategy with its pending flows. */
export class SignInDriver {
  readonly flows = new FlowTable();

  constructor(readonly strategy: { authenticate: (request: never) => unknown }) {}

  static of(party: RelyingParty): SignInDriver {
    return new SignInDriver(new OpenIdConnectStrategy(party));
  }

  /** Starts a sign-in and returns the address of the redirect. */
  async start(step: Partial<StartExchange> = {}): Promise<string> {
    const keep = this.flows.keep;
    const start = { step: "start", loginHint: null, forceAuthentication: false, chooseAccount: false, keep, ...step };
    const outcome = await runStrategy(this.strategy, start);
    if (outcome.kind === "redirect") return outcome.url;
    throw outcome.kind === "error" ? outcome.error : new Error(`unexpected ${outcome.kind}`);
  }

  /** Opens the address to which the provider redirects, and finishes the sign-in. Throws the strategy's refusal. */
  async finish(callbackUrl: string): Promise<VerifiedSignIn> {
    const parameters = Object.fromEntries(new URL(callbackUrl).searchParams);
    const flow = this.flows.find(parameters["state"] ?? "");
    const outcome = await runStrategy(this.strategy, { step: "return", parameters, flow });
    if (outcome.kind === "success") return outcome.verified;
    throw outcome.kind === "error" ? outcome.error : new Error(`unexpected ${outcome.kind}`);
  }

  /** Signs in through the provider, from start to end. */
  async signIn(provider: HostileOpenIdProvider, person?: Person, step: Partial<StartExchange> = {}) {
    return await this.finish(await provider.authorize(await this.start(step), person));
  }
}

/** The code of a refusal. Throws if `work` was not refused. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code;
}

/** The refusal of `work`. Throws if it was not refused. */
export async function refusalOf(work: Promise<unknown>): Promise<ProtocolRefusal> {
  const outcome = await work.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  if (outcome instanceof ProtocolRefusal) return outcome;
  throw outcome;
}
