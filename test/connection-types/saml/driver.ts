/**
 * Drives the SAML connection type in place of sign-in: flows and replay notes in memory, and one child of the strategy for
 * each exchange. The first action counts.
 */
import { randomBytes } from "node:crypto";
import type { Strategy } from "passport";
import type {
  DraftSettingsOf,
  Exchange,
  OwnKeys,
  PendingFlow,
  Runtime,
  Verification,
} from "../../../src/connection/contract/index.js";
import { createSamlConnectionType } from "../../../src/connection-types/saml/index.js";
import { SAML_SETTINGS, type SamlSettings } from "../../../src/connection-types/saml/settings.js";
import type { VerifiedAssertion } from "../../../src/protocols/saml/check-assertion.js";
import { createInlineValidator, type Validator } from "../../../src/protocols/saml/validator.js";
import type { SamlProvider } from "../../support/providers/saml/index.js";

export const ADDRESSES = {
  startUrl: "https://usher.example/sso/c1/start",
  callbackUrl: "https://usher.example/sso/c1/callback",
  acsUrl: "https://usher.example/sso/c1/acs",
  metadataUrl: "https://usher.example/sso/c1/metadata",
  logoutUrl: "https://usher.example/sso/c1/logout",
  backChannelLogoutUrl: "https://usher.example/sso/c1/backchannel-logout",
  jwksUrl: "https://usher.example/sso/c1/jwks",
};

/** The strategy's first action. */
export type Outcome =
  | { readonly action: "redirect"; readonly url: string }
  | { readonly action: "success"; readonly verification: Verification<VerifiedAssertion> }
  | { readonly action: "error"; readonly code: string; readonly detail: string | null; readonly error: Error }
  | { readonly action: "fail" | "pass" };

/** Runs one exchange on a child of the strategy. */
export function runExchange(strategy: Strategy, exchange: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = Object.create(strategy, {
      success: {
        value: (verification: Verification<VerifiedAssertion>) => resolve({ action: "success", verification }),
      },
      redirect: { value: (url: string) => resolve({ action: "redirect", url }) },
      fail: { value: () => resolve({ action: "fail" }) },
      pass: { value: () => resolve({ action: "pass" }) },
      error: {
        value: (error: Error & { code?: string; detail?: string | null }) =>
          resolve({ action: "error", code: error.code ?? error.name, detail: error.detail ?? null, error }),
      },
    }) as Strategy;
    strategy.authenticate.call(child as never, exchange as never);
  });
}

export function parseSettings(input: Record<string, unknown>): SamlSettings {
  const given = new Set(Object.keys(input));
  const context = { serverUrl: () => null, browserUrl: judgeBrowserUrl };
  const parsed = Object.fromEntries(
    Object.entries(SAML_SETTINGS).map(([name, setting]) => {
      if (input[name] === undefined) return [name, setting.default];
      const result = setting.parse(input[name], context);
      if ("issue" in result) throw new Error(`${name} ${result.issue}`);
      return [name, result.value];
    }),
  ) as DraftSettingsOf<typeof SAML_SETTINGS>;
  return createSamlConnectionType(createInlineValidator).complete!(parsed, given) as SamlSettings;
}

/** https everywhere, and http on the loopback address, as an operator may allow. */
export function judgeBrowserUrl(url: URL): string | null {
  if (url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1")) return null;
  return "must begin with https://";
}

export interface DriverOptions {
  readonly settings?: Record<string, unknown>;
  readonly keys?: OwnKeys;
  readonly validator?: Validator;
  readonly fetch?: Runtime["fetch"];
  readonly addresses?: typeof ADDRESSES;
}

/** Opens a connection to a provider. */
export async function openDriver(provider: SamlProvider, options: DriverOptions = {}) {
  let offsetMilliseconds = 0;
  const now = () => new Date(Date.now() + offsetMilliseconds);
  const runtime: Runtime = {
    connectionId: "c1",
    addresses: options.addresses ?? ADDRESSES,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
    urls: { serverUrl: () => null, browserUrl: judgeBrowserUrl },
    ...(options.keys && { keys: options.keys }),
  };
  const type = createSamlConnectionType(() => options.validator ?? createInlineValidator());
  const settings = parseSettings({ metadataXml: provider.metadataXml(), ...options.settings });
  const opened = await type.open(settings, runtime);
  const strategy = type.strategy(opened, runtime);
  const flows = new Map<string, PendingFlow & { isConsumed: boolean }>();
  const replays = new Set<string>();
  let lookups = 0;

  /** Starts a sign-in. Returns the address of the redirect. */
  async function start(
    step: { loginHint?: string; forceAuthentication?: boolean; chooseAccount?: boolean } = {},
  ): Promise<string> {
    const outcome = await runExchange(strategy, {
      step: "start",
      loginHint: step.loginHint ?? null,
      forceAuthentication: step.forceAuthentication ?? false,
      chooseAccount: step.chooseAccount ?? false,
      keep: (draft) => {
        const flow = {
          ...draft,
          startedAt: now(),
          isConsumed: false,
          consume: () => {
            const isFirst = !flow.isConsumed;
            flow.isConsumed = true;
            return Promise.resolve(isFirst);
          },
        };
        flows.set(draft.requestId!, flow);
        return Promise.resolve(randomBytes(32).toString("base64url"));
      },
    });
    if (outcome.action !== "redirect") throw new Error(`start answered ${JSON.stringify(outcome)}`);
    return outcome.url;
  }

  /** Runs the strategy's part of the ACS, which consumes nothing. */
  function verify(fields: Readonly<Record<string, string>>): Promise<Outcome> {
    return runExchange(strategy, {
      step: "post",
      parameters: fields,
      findFlow: (requestId) => {
        lookups++;
        const flow = flows.get(requestId);
        return Promise.resolve(flow === undefined || flow.isConsumed ? null : flow);
      },
    });
  }

  /** Runs the whole ACS: the strategy, the replay note, the flow. Returns the profile or the code of the refusal. */
  async function post(fields: Readonly<Record<string, string>>) {
    const outcome = await verify(fields);
    if (outcome.action !== "success") return outcome;
    const { verified, posted } = outcome.verification;
    const note = `${posted!.replay.kind} ${posted!.replay.id}`;
    if (replays.has(note)) return { action: "error", code: "REPLAY", detail: null } as const;
    replays.add(note);
    if (!(await posted!.flow.consume())) return { action: "error", code: "REPLAY", detail: null } as const;
    // Usher stores the state as text between two requests.
    const kept = JSON.parse(JSON.stringify(verified)) as VerifiedAssertion;
    return { action: "profile", verified, profile: type.normalize(kept, settings) } as const;
  }

  return {
    type,
    settings,
    runtime,
    opened,
    strategy,
    start,
    verify,
    post,
    flows,
    lookups: () => lookups,
    /** Moves the clock that Usher sees. */
    moveClock: (seconds: number) => {
      offsetMilliseconds += seconds * 1000;
    },
  };
}

/** A key pair that tests share, because making one is slow. */
let keys: Promise<OwnKeys> | null = null;
export function ownKeys(): Promise<OwnKeys> {
  keys ??= createSamlConnectionType(createInlineValidator).createKeys!(ADDRESSES, new Date());
  return keys;
}
