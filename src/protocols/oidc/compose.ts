/** Makes the members of an OpenID Connect connection type from the differences between providers. */
import type { Strategy } from "passport";
import type { RefusalTexts } from "../refusal.js";
import { claimsView } from "./claims-view.js";
import { diagnoseProvider, type DiagnosisSubject } from "./diagnosis.js";
import { discoverProvider, type DiscoverySource } from "./discovery.js";
import { describeProvider, type EndpointAddresses } from "./endpoints.js";
import type { Finding } from "./findings.js";
import { createKeySet, type KeySet } from "./key-set.js";
import { OIDC_REFUSALS } from "./refusals.js";
import type { RelyingParty, SignInRules } from "./relying-party.js";
import { OpenIdConnectStrategy } from "./strategy.js";
import type {
  AddressRules,
  AssertionAudience,
  AssertionKey,
  Client,
  ClientAuthentication,
  Provider,
  Surroundings,
} from "./surroundings.js";

/** The settings that every OpenID Connect connection type declares. */
export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** ISO 8601. */
  readonly clientSecretExpiresAt?: string | null;
}

/** The secret is `null` if the client authenticates with `private_key_jwt`. */
type MaybeSecretSettings = Omit<ClientSettings, "clientSecret"> & { readonly clientSecret: string | null };

interface OpenIdAddresses {
  readonly callbackUrl: string;
  readonly jwksUrl: string;
  readonly startUrl: string;
  readonly logoutUrl: string;
  readonly backChannelLogoutUrl: string;
}

/** The part of the connection-type contract's `runtime` that OpenID Connect needs. */
export interface OpenIdRuntime extends Surroundings {
  readonly addresses: OpenIdAddresses;
  readonly urls: AddressRules;
  readonly mappedClaims?: readonly string[];
  readonly clientKeys?: readonly AssertionKey[];
}

/** The differences between providers. */
export interface OpenIdDescription<Settings> {
  /** Refusals of the type, in addition to the refusals of OpenID Connect. */
  readonly refusals?: RefusalTexts;
  /** What the provider's forms call each address that an administrator pastes there. */
  readonly labels: {
    readonly redirectUrl: string;
    readonly signOnUrl: string;
    readonly logoutUrl?: string;
    readonly backChannelLogoutUrl?: string;
    readonly jwksUrl?: string;
  };
  /** Where to discover the provider, or the endpoints that an administrator entered. */
  readonly provider: (settings: Settings) => DiscoveryAddress | (EndpointAddresses & { readonly issuer: string });
  readonly rules: (
    settings: Settings,
    runtime: OpenIdRuntime,
  ) => SignInRules & {
    readonly clientAuthentication: ClientAuthentication;
    /** For whom client assertions are; `ISSUER` when left out. */
    readonly assertionAudience?: AssertionAudience;
  };
  /** Makes the strategy; an `OpenIdConnectStrategy` when left out. */
  readonly strategy?: (party: RelyingParty, settings: Settings) => Strategy;
}

type DiscoveryAddress = Omit<DiscoverySource, "rules">;

/** A connection whose provider was found. Usher fetches the keys when it first needs them. */
export interface OpenedOpenId<Settings> {
  readonly settings: Settings;
  readonly provider: Provider;
  readonly keys: KeySet;
}

/**
 * Makes the members of a connection type from the description. A type takes over all members, and replaces or wraps
 * those for which its provider needs more.
 */
export function composeOpenId<Settings extends MaybeSecretSettings>(description: OpenIdDescription<Settings>) {
  const { labels } = description;

  function sourceOf(settings: Settings, { urls }: OpenIdRuntime): DiagnosisSubject["source"] {
    const found = description.provider(settings);
    return "address" in found
      ? { discovery: { ...found, rules: urls } }
      : { provider: () => describeProvider(found, urls) };
  }

  function rulesOf(settings: Settings, runtime: OpenIdRuntime): SignInRules & { readonly client: Client } {
    const { clientAuthentication, assertionAudience = "ISSUER", ...rules } = description.rules(settings, runtime);
    const client = { id: settings.clientId, redirectUri: runtime.addresses.callbackUrl };
    if (clientAuthentication !== "private_key_jwt")
      return {
        ...rules,
        client: { ...client, authentication: clientAuthentication, secret: settings.clientSecret ?? "" },
      };
    const keys = runtime.clientKeys ?? [];
    return { ...rules, client: { ...client, authentication: clientAuthentication, keys, audience: assertionAudience } };
  }

  return {
    binding: "redirect" as const,
    refusals: { ...OIDC_REFUSALS, ...description.refusals },
    serviceProvider: ({ callbackUrl, startUrl, logoutUrl, backChannelLogoutUrl, jwksUrl }: OpenIdAddresses) => {
      const addresses = { redirectUrl: callbackUrl, signOnUrl: startUrl, logoutUrl, backChannelLogoutUrl, jwksUrl };
      return Object.entries(addresses).flatMap(([name, value]) => {
        const label = labels[name as keyof typeof addresses];
        return label === undefined ? [] : [{ name, label, value }];
      });
    },
    open: async (settings: Settings, runtime: OpenIdRuntime): Promise<OpenedOpenId<Settings>> => {
      const source = sourceOf(settings, runtime);
      const provider = "discovery" in source ? await discoverProvider(source.discovery, runtime) : source.provider();
      return { settings, provider, keys: createKeySet(provider.jwksUri, runtime) };
    },
    strategy: ({ settings, provider, keys }: OpenedOpenId<Settings>, runtime: OpenIdRuntime): Strategy => {
      const party = { ...rulesOf(settings, runtime), provider, keys, surroundings: runtime };
      return description.strategy?.(party, settings) ?? new OpenIdConnectStrategy(party);
    },
    complete: forgetOldExpiry,
    expirations: ({
      clientSecret,
      clientSecretExpiresAt,
    }: { readonly [Name in keyof ClientSettings]: ClientSettings[Name] | null }) =>
      clientSecret === null || clientSecretExpiresAt == null
        ? []
        : [{ kind: "CLIENT_SECRET" as const, name: "clientSecret", expiresAt: new Date(clientSecretExpiresAt) }],
    claims: claimsView,
    diagnose: (settings: Settings, runtime: OpenIdRuntime): Promise<readonly Finding[]> =>
      diagnoseProvider({ ...rulesOf(settings, runtime), source: sourceOf(settings, runtime) }, runtime),
  };
}

/**
 * Removes the expiry date if the input has a new secret without a date: the stored date belongs to the old secret, and
 * administrators would be warned about the new secret too early.
 */
function forgetOldExpiry<Draft extends object>(settings: Draft, given: ReadonlySet<string>): Draft {
  const isNew = given.has("clientSecret") && !given.has("clientSecretExpiresAt");
  return isNew && "clientSecretExpiresAt" in settings ? { ...settings, clientSecretExpiresAt: null } : settings;
}

/**
 * Discovery at an issuer whose host the operator chooses, not an administrator of a connection. The issuer's document
 * may therefore name endpoints on other hosts, as Microsoft's and Google's do.
 */
export function discoverAt(issuer: string): DiscoveryAddress {
  return { address: issuer, issuer, allowCrossHostEndpoints: true };
}
