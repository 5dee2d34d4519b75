/**
 * The contract between Usher and a kind of identity provider. A connection type is one folder that exports one
 * `defineConnectionType({ … })`, and one line in `connection-types/index.ts`. It knows its protocol and its provider; it
 * reaches neither the database nor provisioning.
 */
import type { Strategy } from "passport";
import type { RefusalTexts } from "../../protocols/refusal.js";
import type { Memory } from "./memory.js";
import type { Groups, NormalizedProfile } from "./profile.js";
import type { DraftSettingsOf, ParseContext, SettingIssue, SettingsDeclaration, SettingsOf } from "./settings.js";

/** The version of this contract: docs/connection-types.md says what may change within it, and what raises it. */
export const CONTRACT_VERSION = 1;

/** The public addresses of one connection at this installation. */
export interface Addresses {
  /** Where a sign-in begins; also the portal tile's address. */
  readonly startUrl: string;
  /** OpenID Connect redirect URI (OpenID Connect Core 3.1.2.1). */
  readonly callbackUrl: string;
  /** SAML assertion consumer service (SAML profiles 4.1). */
  readonly acsUrl: string;
  /** SAML service provider metadata, whose address is also the entity ID. */
  readonly metadataUrl: string;
  readonly logoutUrl: string;
}

/** A value that an administrator pastes at the provider, or a tile points to. */
export interface ServiceProviderDetail {
  /** Stable name, such as `redirectUrl`, `entityId`, `acsUrl`, `signOnUrl`, `logoutUrl`. */
  readonly name: string;
  /** What the provider's own forms usually call it. */
  readonly label: string;
  readonly value: string;
}

/** One line of a diagnosis. */
export interface Finding {
  /** Stable name of what was looked at, such as `DISCOVERY_REACHABLE`. */
  readonly check: string;
  readonly level: "OK" | "WARNING" | "ERROR";
  readonly message: string;
  /** What to do about it; `null` when all is well. */
  readonly remedy: string | null;
}

/** The platform's guarded fetch: https and public addresses only, no redirects, bounded time and size. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A key pair of this installation's own, by which a provider recognises it or encrypts for it. */
export interface OwnKeyPair {
  /** PKCS #8 in PEM; encrypted at rest, lent to nobody but the connection's own type. */
  readonly privateKey: string;
  /** X.509 in PEM, self-signed: a provider takes it for the key's envelope. */
  readonly certificate: string;
}

/** The key pairs of one connection. The first of each list is in use; further ones are published ahead of a rotation. */
export interface OwnKeys {
  readonly signing: readonly OwnKeyPair[];
  readonly decryption: readonly OwnKeyPair[];
}

/** What Usher lends to a connection type. It lends no repository: a plugin cannot provision. */
export interface Runtime {
  readonly connectionId: string;
  readonly addresses: Addresses;
  readonly fetch: Fetch;
  readonly now: () => Date;
  readonly urls: ParseContext;
  /** What the type's `createKeys` made for this connection; absent where it was never asked to. */
  readonly keys?: OwnKeys;
  /** What the type learnt of this connection's provider before; absent where nothing keeps it. */
  readonly memory?: Memory;
  /** The claims or attributes that the connection's mappings look at; absent where nobody asked for them. */
  readonly mappedClaims?: readonly string[];
}

/** What a protocol wants to find again when the person returns. */
export interface FlowDraft {
  /** The id of an outgoing request that the answer will name (SAML `InResponseTo`); `null` where state does that. */
  readonly requestId: string | null;
  /** Nonce, code verifier and the like; encrypted at rest. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A sign-in under way, found by its state or request id, not yet used up, of this connection and trust version. */
export interface PendingFlow {
  readonly requestId: string | null;
  readonly secrets: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  /** Uses the flow up. `true` for exactly one caller, whatever the number of replicas. */
  readonly consume: () => Promise<boolean>;
}

/** A message that must be accepted once only; sign-in notes it where a second copy fails. */
export interface ReplayNote {
  readonly kind: "assertion" | "id-token";
  readonly id: string;
  readonly expiresAt: Date;
}

/**
 * What a strategy's `authenticate` receives as its request: one step of a sign-in, with what Usher has already checked.
 * Parameters are single strings of bounded length, never lists or objects.
 */
export type Exchange =
  /** Send the person to the provider. `keep` stores the flow and answers its opaque state handle. */
  | {
      readonly step: "start";
      readonly loginHint: string | null;
      /** Ask the provider to authenticate anew (`prompt=login`, `ForceAuthn`). */
      readonly forceAuthentication: boolean;
      /**
       * Ask the provider to let the person choose the account: after a refusal or a sign-out, it must not go on silently
       * with the one that is signed in there (`prompt=select_account` or `login`, `ForceAuthn`). A wish: the answer is not
       * held to it.
       */
      readonly chooseAccount: boolean;
      readonly keep: (flow: FlowDraft) => Promise<string>;
    }
  /** The person returns by redirect; the flow was found by `state`, and the browser is the one that began it. */
  | { readonly step: "return"; readonly parameters: Readonly<Record<string, string>>; readonly flow: PendingFlow }
  /** A message was posted; the flow is found by the id of the request that it answers, before any cryptography. */
  | {
      readonly step: "post";
      readonly parameters: Readonly<Record<string, string>>;
      readonly findFlow: (requestId: string) => Promise<PendingFlow | null>;
    };

/** What a strategy hands to `success`: the verified message, and for posts what must be used up with it. */
export interface Verification<Verified> {
  readonly verified: Verified;
  /** For `post`: the flow that the message answered, and the note against replays. */
  readonly posted: { readonly flow: PendingFlow; readonly replay: ReplayNote } | null;
}

/** A kind of identity provider. See docs/connection-types.md for how to write one. */
export interface ConnectionType<
  Declaration extends SettingsDeclaration = SettingsDeclaration,
  Opened = unknown,
  Verified = unknown,
> {
  /** The `CONTRACT_VERSION` that the type was written for, as a number: Usher refuses a type of another version. */
  readonly contractVersion: number;
  /** Stable, lower case with hyphens; stored with every connection. Its camel case is the key in GraphQL inputs. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /**
   * The administrators' guide: a path in Usher's repository, or the `file:` URL of a guide in the type's own package, as
   * `new URL("./guide.md", import.meta.url).href` makes it.
   */
  readonly guide: string;
  /** Raised when stored settings need `upgrade` to be read. */
  readonly settingsVersion: number;
  /** Brings settings that an older version stored to the present declaration. */
  readonly upgrade: (stored: Record<string, unknown>, fromVersion: number) => Record<string, unknown>;
  /** How the answer comes back: as a redirect with a query, or as a form that the browser posts across sites. */
  readonly binding: "redirect" | "post";
  readonly settings: Declaration;
  /** The protocol's published refusals; they become codes in the schema. */
  readonly refusals: RefusalTexts;
  /** Rules across settings, applied when saved; `complete` also asks for what activation needs. */
  readonly check: (settings: DraftSettingsOf<Declaration>, complete: boolean) => readonly SettingIssue[];
  /** What to paste at the provider; known before anything else is. */
  readonly serviceProvider: (addresses: Addresses) => readonly ServiceProviderDetail[];
  /**
   * Pure: the issuer that profiles will carry, as far as the settings tell before anybody asks the provider. A change that
   * leaves linked people behind is refused until an administrator confirms it. Reads no secret.
   */
  readonly issuer: (settings: DraftSettingsOf<Declaration>) => SettingsIssuer;
  /** Discovery, keys, certificates: once per stored version, shared by all requests. May fail with a ProtocolRefusal. */
  readonly open: (settings: SettingsOf<Declaration>, runtime: Runtime) => Promise<Opened>;
  /**
   * The passport strategy, built once per opened connection. The caller gives each request a child of its own.
   * `authenticate` takes an `Exchange`, and answers `redirect(url)`, `success(Verification)` or `error(ProtocolRefusal)`.
   */
  readonly strategy: (opened: Opened, runtime: Runtime) => Strategy;
  /** Asks the provider for groups that the message did not carry. */
  readonly fetchGroups?: (verified: Verified, opened: Opened, runtime: Runtime) => Promise<Groups>;
  /** Pure: the verified message in Usher's words. */
  readonly normalize: (verified: Verified, settings: SettingsOf<Declaration>) => NormalizedProfile;
  /** Looks at everything that can be looked at without a user. Never throws for what a provider does. */
  readonly diagnose: (settings: SettingsOf<Declaration>, runtime: Runtime) => Promise<readonly Finding[]>;
  /**
   * Where to send a browser that signed out here, so that it is signed out at the provider as well; `null` when the
   * connection does not ask for that or the provider has no such address. The provider sends it on to the logout URL.
   */
  readonly signOutUrl?: (opened: Opened, runtime: Runtime) => string | null;
  /**
   * Pure: fills settings in from a document among them, as SAML metadata does. Applied when saved, after parsing and
   * before `check`; its answer is what is stored. `given` names the settings of this very input, which stay as they are.
   */
  readonly complete?: (
    settings: DraftSettingsOf<Declaration>,
    given: ReadonlySet<string>,
  ) => DraftSettingsOf<Declaration>;
  /**
   * Fetches what an address among the settings stands for. Called before activation, outside any unit of work; the
   * caller stores those answers whose setting is still empty. May fail with a ProtocolRefusal.
   */
  readonly importMetadata?: (
    settings: DraftSettingsOf<Declaration>,
    runtime: Runtime,
  ) => Promise<Partial<DraftSettingsOf<Declaration>>>;
  /** Makes a connection's own key pairs, which the caller keeps encrypted and lends back as `runtime.keys`. */
  readonly createKeys?: (addresses: Addresses, now: Date) => Promise<OwnKeys>;
  /** The document at the connection's metadata address, for the provider to read. Holds nothing secret. */
  readonly metadataDocument?: (
    addresses: Addresses,
    settings: DraftSettingsOf<Declaration>,
    keys: OwnKeys | null,
  ) => { readonly contentType: string; readonly body: string };
  /** Ends what the type holds for the whole process, such as worker threads. Called once, at stop. */
  readonly close?: () => Promise<void>;
}

/** What settings say of the issuer under which a connection's people are known. */
export type SettingsIssuer =
  /** Profiles carry one of these issuers, letter by letter. */
  | { readonly kind: "named"; readonly issuers: readonly string[] }
  /** Profiles carry the issuer that the document at this address names. */
  | { readonly kind: "learnt"; readonly from: string }
  /** The settings are those of a draft, and say nothing yet. */
  | { readonly kind: "open" };

/** A connection type whose parameters are not of interest, as the registry holds it. */
export type AnyConnectionType = ConnectionType<any, any, any>; // any: a registry of differently typed plugins; `defineConnectionType` checked each
