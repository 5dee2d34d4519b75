/**
 * The contract between Usher and a kind of identity provider. A connection type is one folder that exports one
 * `defineConnectionType({ … })`, and one line in `connection-types/index.ts`. A type knows its protocol and its
 * provider. It does not use the database or provisioning.
 */
import type { Strategy } from "passport";
import type { RefusalTexts } from "../../protocols/refusal.js";
import type { ClientKey, ClientKeyUse } from "./client-keys.js";
import type { Logout } from "./logout.js";
import type { Memory } from "./memory.js";
import type { Groups, NormalizedProfile } from "./profile.js";
import type { DraftSettingsOf, ParseContext, SettingIssue, SettingsDeclaration, SettingsOf } from "./settings.js";

/** The version of this contract. docs/connection-types.md lists the changes that raise it. */
export const CONTRACT_VERSION = 1;

/** The public addresses of one connection at this installation. */
export interface Addresses {
  /** Starts a sign-in. A tile in a provider's portal points here, too. */
  readonly startUrl: string;
  /** OpenID Connect redirect URI (OpenID Connect Core 3.1.2.1). */
  readonly callbackUrl: string;
  /** SAML assertion consumer service (SAML profiles 4.1). */
  readonly acsUrl: string;
  /** SAML service provider metadata, whose address is also the entity ID. */
  readonly metadataUrl: string;
  /** The browser brings the provider's logout messages here. After a sign-out at the provider, it returns here. */
  readonly logoutUrl: string;
  /** Where the provider's server posts logout tokens (OpenID Connect Back-Channel Logout 1.0). */
  readonly backChannelLogoutUrl: string;
  /** The public halves of the connection's client keys, as a JSON Web Key Set (RFC 7517). */
  readonly jwksUrl: string;
}

/** A value that an administrator pastes at the provider or into a tile. */
export interface ServiceProviderDetail {
  /** A stable name, such as `redirectUrl`, `entityId`, `acsUrl`, `signOnUrl`, `logoutUrl`, `jwksUrl`. */
  readonly name: string;
  /** The usual label in the provider's own forms. */
  readonly label: string;
  readonly value: string;
}

/** The result of one check of a diagnosis. */
export interface Finding {
  /** The check's stable name, such as `DISCOVERY_REACHABLE`. */
  readonly check: string;
  readonly level: "OK" | "WARNING" | "ERROR";
  readonly message: string;
  /** What an administrator should do; `null` if the check passed. */
  readonly remedy: string | null;
}

/** A certificate or a secret that sign-ins need and that expires. Usher warns the administrators of it. */
export interface Expiration {
  readonly kind: "CERTIFICATE" | "CLIENT_SECRET";
  /**
   * Tells the certificates and secrets of a connection apart: a certificate's fingerprint, or the name of the setting
   * that holds the secret.
   */
  readonly name: string;
  readonly expiresAt: Date;
}

/** The platform's guarded fetch: only https and public addresses, no redirects, limited time and size. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A key pair of this installation, with which it signs requests or decrypts responses. */
export interface OwnKeyPair {
  /** PKCS #8 in PEM. Encrypted at rest; only the connection's type gets it. */
  readonly privateKey: string;
  /** X.509 in PEM, self-signed. Providers use only the key in it. */
  readonly certificate: string;
}

/** The key pairs of one connection. The first of each list is in use. The others are published before a rotation. */
export interface OwnKeys {
  readonly signing: readonly OwnKeyPair[];
  readonly decryption: readonly OwnKeyPair[];
}

/** The tools that Usher passes to a connection type. They contain no repository, so a type cannot change accounts. */
export interface Runtime {
  readonly connectionId: string;
  readonly addresses: Addresses;
  readonly fetch: Fetch;
  readonly now: () => Date;
  readonly urls: ParseContext;
  /** The keys that the type's `createKeys` made for this connection; absent if it made none. */
  readonly keys?: OwnKeys;
  /** The client keys that sign now; absent if the connection has none. */
  readonly clientKeys?: readonly ClientKey[];
  /** Facts that the type has kept about this connection's provider; absent if nothing stores them. */
  readonly memory?: Memory;
  /** The time since which `refresh` has failed, for a diagnosis; absent while `refresh` works. */
  readonly refreshFailingSince?: Date;
  /** The claims or attributes that the connection's mappings use; absent if they were not loaded. */
  readonly mappedClaims?: readonly string[];
}

/** Shows verified messages to an administrator as claims, and reads claims that an administrator typed in. */
export interface ClaimsView<Verified, Opened> {
  /** The claims of the message as JSON, without tokens and secrets. */
  readonly show: (verified: Verified) => Readonly<Record<string, unknown>>;
  /**
   * Makes a message from these claims, for a preview. The message cannot sign a person in, because no provider vouches
   * for it. If the claims cannot be read, returns an `issue`: a sentence that says why.
   */
  readonly read: (
    claims: Readonly<Record<string, unknown>>,
    opened: Opened,
  ) => Promise<{ readonly verified: Verified } | { readonly issue: string }>;
}

/** The setting by which a connection uses the operator's app. A type with an `operatorApp` must declare it as a toggle. */
export const OPERATOR_APP_SETTING = "operatorApp";

/**
 * One app of the operator at a provider, for all customers. A customer's administrator consents to the app and enters
 * no settings. A verified sign-in after the consent says which tenant of the provider belongs to the customer.
 */
export interface OperatorApp<Declaration extends SettingsDeclaration = SettingsDeclaration, Verified = unknown> {
  /** The provider's name on the shared button: "Sign in with NAME". */
  readonly providerName: string;
  /** The settings that the app replaces, such as the client ID. Administrators leave them out. */
  readonly supplies: readonly (keyof Declaration & string)[];
  /** The settings that only a consent sets, such as the tenant. */
  readonly fixes: readonly (keyof Declaration & string)[];
  /** `null` while the operator has configured no app. */
  readonly configured: ConfiguredApp<Declaration, Verified> | null;
}

/** An app that the operator has registered at the provider. */
export interface ConfiguredApp<Declaration extends SettingsDeclaration = SettingsDeclaration, Verified = unknown> {
  /** The values of the settings in `supplies`. */
  readonly settings: Partial<DraftSettingsOf<Declaration>>;
  /**
   * Opens the app for people whose tenant is not known yet, and makes its strategy. The strategy accepts people of
   * every tenant. It must verify that the issuer belongs to the person's tenant.
   */
  readonly open: (runtime: Runtime) => Promise<Strategy>;
  /** Pure: the tenant of a verified person, as one exact text. May throw a ProtocolRefusal for accounts without a tenant. */
  readonly tenantOf: (verified: Verified) => string;
  /**
   * Pure: the values of `fixes` for the tenant of a verified person. May throw a ProtocolRefusal for people who cannot speak for
   * the tenant, such as guests.
   */
  readonly fix: (verified: Verified) => Partial<DraftSettingsOf<Declaration>>;
  /**
   * Pure: whether a connection's settings ask more of the provider than the app's strategy does, such as a recent
   * authentication. If so, Usher sends the person to the provider a second time, with the connection's own strategy. A
   * type without this function never needs a second time.
   */
  readonly needsOwnSignIn?: (settings: DraftSettingsOf<Declaration>) => boolean;
  /** The provider's page on which an administrator consents for the whole tenant. Without it, the sign-in is the consent. */
  readonly adminConsent?: {
    /** The page's address. The provider redirects back to `runtime.addresses.callbackUrl` with `state`. */
    readonly url: (runtime: Runtime, state: string) => string;
    /**
     * Reads the page's answer. Returns the tenant that it names, or `null`. Nothing proves the answer, so Usher only compares
     * it with the verified tenant. Throws a ProtocolRefusal if the administrator did not consent.
     */
    readonly read: (parameters: Readonly<Record<string, string>>) => string | null;
  };
}

/** A kind of identity provider. See docs/connection-types.md for how to write one. */
export interface ConnectionType<
  Declaration extends SettingsDeclaration = SettingsDeclaration,
  Opened = unknown,
  Verified = unknown,
> {
  /** The `CONTRACT_VERSION` that the type was written for, written as a number. Usher refuses other versions. */
  readonly contractVersion: number;
  /**
   * The type's name in the database, stored with every connection, so it must never change. In lower case with hyphens.
   * The same name in camel case is the key in GraphQL inputs.
   */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /**
   * The administrators' guide: a path in Usher's repository, or the `file:` URL of a guide in the type's own package, as
   * `new URL("./guide.md", import.meta.url).href` makes it.
   */
  readonly guide: string;
  /** Raise it when older stored settings need `upgrade`. */
  readonly settingsVersion: number;
  /** Converts settings of an older version to the current declaration. */
  readonly upgrade: (stored: Record<string, unknown>, fromVersion: number) => Record<string, unknown>;
  /** How the response arrives: as a redirect with a query, or as a form that the browser posts across sites. */
  readonly binding: "redirect" | "post";
  readonly settings: Declaration;
  /** The texts of the refusals that the type throws, by code. The codes become error codes of the API. */
  readonly refusals: RefusalTexts;
  /**
   * Checks rules across settings when they are saved. If `complete` is true, also checks the rules that only activation
   * demands.
   */
  readonly check: (settings: DraftSettingsOf<Declaration>, complete: boolean) => readonly SettingIssue[];
  /** The values to paste at the provider. They are known before any setting is set. */
  readonly serviceProvider: (addresses: Addresses) => readonly ServiceProviderDetail[];
  /**
   * Pure: the issuer of future profiles, as far as the settings name it without asking the provider. Must not read secrets. If
   * a change of issuer affects linked people, Usher refuses it until an administrator confirms it.
   */
  readonly issuer: (settings: DraftSettingsOf<Declaration>) => SettingsIssuer;
  /** Loads discovery, keys and certificates, once per stored version for all requests. May throw a ProtocolRefusal. */
  readonly open: (settings: SettingsOf<Declaration>, runtime: Runtime) => Promise<Opened>;
  /**
   * Makes the passport strategy, once per opened connection. Usher gives each request a child of it. `authenticate` takes an
   * `Exchange` and calls `redirect(url)`, `success(Verification)` or `error(ProtocolRefusal)`.
   */
  readonly strategy: (opened: Opened, runtime: Runtime) => Strategy;
  /** Asks the provider for groups that are not in the message. */
  readonly fetchGroups?: (verified: Verified, opened: Opened, runtime: Runtime) => Promise<Groups>;
  /** Pure: converts the verified message to a profile. */
  readonly normalize: (verified: Verified, settings: SettingsOf<Declaration>) => NormalizedProfile;
  /**
   * `false` if the provider's messages never say whether an address is verified, so `emailVerified` is always `null`.
   * The diagnosis then warns if merging requires verified addresses.
   */
  readonly saysWhetherEmailIsVerified?: false;
  /**
   * Shows and reads claims. A test sign-in of a type without this member shows only the profile, and a preview takes no
   * claims.
   */
  readonly claims?: ClaimsView<Verified, Opened>;
  /** Runs every check that works without a user. Does not throw for faults of the provider. */
  readonly diagnose: (settings: SettingsOf<Declaration>, runtime: Runtime) => Promise<readonly Finding[]>;
  /** Signs people out together with the provider. Without it, a sign-out ends only Usher's session. */
  readonly logout?: Logout<Verified, Opened, Runtime>;
  /** What expires, from the settings and the memory. Must not ask the provider. The settings may be those of a draft. */
  readonly expirations?: (settings: DraftSettingsOf<Declaration>, runtime: Runtime) => readonly Expiration[];
  /**
   * Pure: completes settings from a document among them, such as SAML metadata. Usher calls it on saving, after parsing and
   * before `check`, and stores the result. `given` names the settings of the input, which must stay as they are.
   */
  readonly complete?: (
    settings: DraftSettingsOf<Declaration>,
    given: ReadonlySet<string>,
  ) => DraftSettingsOf<Declaration>;
  /**
   * Fetches the document at an address among the settings. Usher calls it before activation, outside any unit of work, and
   * stores the values of settings that are empty. May throw a ProtocolRefusal.
   */
  readonly importMetadata?: (
    settings: DraftSettingsOf<Declaration>,
    runtime: Runtime,
  ) => Promise<Partial<DraftSettingsOf<Declaration>>>;
  /**
   * Reads again what the provider publishes, such as metadata, and keeps it in `runtime.memory`. Usher calls it on a schedule,
   * on one replica at a time, and never for sign-ins. Returns when to read it again, or `null` if the settings name no address.
   * May throw a ProtocolRefusal.
   */
  readonly refresh?: (settings: SettingsOf<Declaration>, runtime: Runtime) => Promise<Date | null>;
  /** Creates the connection's own key pairs. Usher stores them encrypted and passes them back as `runtime.keys`. */
  readonly createKeys?: (addresses: Addresses, now: Date) => Promise<OwnKeys>;
  /** How the type uses client keys in place of a client secret; absent if it never does. */
  readonly clientKeys?: ClientKeyUse<DraftSettingsOf<Declaration>>;
  /** The public document at the connection's metadata address, for the provider. Must not contain secrets. */
  readonly metadataDocument?: (
    addresses: Addresses,
    settings: DraftSettingsOf<Declaration>,
    keys: OwnKeys | null,
  ) => { readonly contentType: string; readonly body: string };
  /** One app of the operator for all customers, which connections use in place of their own. */
  readonly operatorApp?: OperatorApp<Declaration, Verified>;
  /** Releases the resources of the type, such as worker threads. Called once, at stop. */
  readonly close?: () => Promise<void>;
}

/** The issuer of a connection's people, as far as the settings name it. */
export type SettingsIssuer =
  /** The issuer of each profile is one of these. */
  | { readonly kind: "named"; readonly issuers: readonly string[] }
  /** Profiles have the issuer that the document at this address names. */
  | { readonly kind: "learnt"; readonly from: string }
  /** The settings of a draft do not name an issuer yet. */
  | { readonly kind: "open" };

/** A connection type with any settings, as the registry keeps it. */
export type AnyConnectionType = ConnectionType<any, any, any>; // any: a registry of differently typed plugins; `defineConnectionType` checked each
