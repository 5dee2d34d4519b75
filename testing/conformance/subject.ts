/** Everything that the conformance suite needs to run a connection type against a provider. */
import type { Arbitrary } from "fast-check";
import type {
  AnyConnectionType,
  OwnKeys,
  ParseContext,
  Parsed,
  Runtime,
  Setting,
} from "../../src/connection/contract/index.js";

/** A connection type with the settings that an administrator enters. */
export interface Configured {
  readonly type: AnyConnectionType;
  /** The settings as GraphQL takes them. Each secret is a unique text, so that the suite can find it. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** A running provider, and the connection type that was set up for it. */
export interface Peer extends Configured {
  /** The same type at an address that does not answer; `null` for a type that needs no network to open. */
  readonly dead: Configured | null;
  /** Signs the person with this number in at the provider. Returns the parameters that the browser sends back. */
  readonly signIn: (url: string, person: number) => Promise<Readonly<Record<string, string>>>;
  /** Whether a request asks the provider to let the person choose an account, even if they are signed in there. */
  readonly asksForAccount: (url: string) => boolean;
  /** The identity of the person with this number. */
  readonly identityOf: (person: number) => { readonly issuer: string; readonly subject: string };
  readonly close: () => Promise<void>;
}

/** A connection type to run the suite over. */
export interface ConformanceSubject {
  /** Starts a provider on a free port. */
  readonly start: () => Promise<Peer>;
  /** Messages that the strategy may have verified. Everything except the identity is as hostile as possible. */
  readonly verified: Arbitrary<unknown>;
}

export const ADDRESSES = {
  startUrl: "https://usher.example/sso/c1/start",
  callbackUrl: "https://usher.example/sso/c1/callback",
  acsUrl: "https://usher.example/sso/c1/acs",
  metadataUrl: "https://usher.example/sso/c1/metadata",
  logoutUrl: "https://usher.example/sso/c1/logout",
  backChannelLogoutUrl: "https://usher.example/sso/c1/backchannel-logout",
  jwksUrl: "https://usher.example/sso/c1/jwks",
};

/** Allows https everywhere, and http on 127.0.0.1, as an operator may do. */
export const URLS: ParseContext = { serverUrl: judge, browserUrl: judge };
function judge({ protocol, hostname }: URL): string | null {
  const isAllowed = protocol === "https:" || (protocol === "http:" && hostname === "127.0.0.1");
  return isAllowed ? null : "must be an https address";
}

export function makeRuntime(keys: OwnKeys | null = null): Runtime {
  return {
    connectionId: "c1",
    addresses: ADDRESSES,
    fetch,
    now: () => new Date(),
    urls: URLS,
    ...(keys !== null && { keys }),
  };
}

/** The declared settings, in their order. */
export function settingsOf(type: Pick<AnyConnectionType, "settings">): readonly (readonly [string, Setting])[] {
  return Object.entries(type.settings as Record<string, Setting>);
}

/** The settings of an empty draft. */
export function nothingSet(type: AnyConnectionType): Record<string, null> {
  return Object.fromEntries(settingsOf(type).map(([name]) => [name, null]));
}

/** Parses an input as the application does, defaults included. Throws if a setting refuses its value. */
export function parseInput({ type, input }: Configured): Record<string, unknown> {
  const parsed = Object.fromEntries(
    settingsOf(type).map(([name, setting]) => {
      if (input[name] === undefined) return [name, setting.default];
      const result: Parsed<unknown> = setting.parse(input[name], URLS);
      if ("issue" in result) throw new Error(`${name} ${result.issue}`);
      return [name, result.value];
    }),
  );
  return { ...(type.complete?.(parsed, new Set(Object.keys(input))) ?? parsed) };
}
