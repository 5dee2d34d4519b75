/** One installation with a stand-in provider of each type, and the forms in which a case causes an outcome. */
import { createBrowser, type Browser, type Page } from "../../../testing/browser.js";
import { startDirectoryApi, type DirectoryApi } from "../../support/providers/directory-api.js";
import { startHostileEntra, TENANT_ID, type HostileEntra } from "../../support/providers/entra/hostile.js";
import { DOMAIN, startHostileGoogle, type HostileGoogle } from "../../support/providers/google/hostile.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
  type Person,
} from "../../support/providers/hostile-openid/index.js";
import { startSamlProvider, type ResponseContent, type SamlProvider } from "../../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../../support/saml-tenant.js";
import { createTenantOf, makePerson, type AnyTenant, type TenantOptions } from "../../support/tenant.js";
import { startTestUsher, type TestUsher } from "../../support/usher.js";

export const SUPPORT = "the help desk of Acme, extension 4711";

/** The connection types that use OpenID Connect. */
type OpenIdKind = "oidc" | "entra-id" | "google-workspace";
export type Kind = OpenIdKind | "saml";

/** A tenant with a connection of an OpenID Connect type. */
export interface OpenIdTenant extends AnyTenant {
  readonly callbackUrl: string;
  /** Signs in at the provider, and returns the callback URL without opening it. */
  readonly authenticate: (browser: Browser, person?: Person) => Promise<string>;
}

export interface Stage {
  readonly usher: TestUsher;
  readonly saml: SamlProvider;
  readonly providers: Readonly<Record<OpenIdKind, HostileOpenIdProvider>>;
  readonly entra: HostileEntra;
  readonly google: HostileGoogle;
  /** Microsoft Graph. */
  readonly graph: DirectoryApi;
  /** A tenant that cases share. They leave its connection as it is. */
  readonly shared: (kind: OpenIdKind) => Promise<OpenIdTenant>;
  readonly sharedSaml: () => Promise<SamlTenant>;
  readonly make: (kind: OpenIdKind, options?: TenantOptions) => Promise<OpenIdTenant>;
  readonly makeSaml: (
    options?: TenantOptions & { settings?: Readonly<Record<string, unknown>> },
  ) => Promise<SamlTenant>;
  /** Sets by how many seconds the clock of the installation, or of the OpenID Connect provider, is ahead. */
  readonly setClock: (of: "usher" | "provider", seconds: number) => void;
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const ahead = { usher: 0, provider: 0 };
  const at = (of: keyof typeof ahead) => new Date(Date.now() + ahead[of] * 1_000);
  const [oidc, entra, google, saml, graph] = await Promise.all([
    startHostileOpenIdProvider({ now: () => at("provider") }),
    startHostileEntra(),
    startHostileGoogle(),
    startSamlProvider(),
    startDirectoryApi(),
  ]);
  const usher = await startTestUsher({
    clock: () => at("usher"),
    environment: {
      USHER_ENTRA_AUTHORITY: entra.authority,
      USHER_GOOGLE_ISSUER: google.issuer,
      USHER_GRAPH_URL: graph.url,
    },
  });
  const providers = { oidc, "entra-id": entra, "google-workspace": google };
  const settingsOf = (kind: OpenIdKind): Readonly<Record<string, object>> => {
    const { clientId, clientSecret } = providers[kind];
    switch (kind) {
      case "oidc":
        return { oidc: { discoveryUrl: oidc.url, clientId, clientSecret } };
      case "entra-id":
        return { entraId: { tenantId: TENANT_ID, clientId, clientSecret } };
      case "google-workspace":
        return { googleWorkspace: { domains: [DOMAIN], clientId, clientSecret } };
    }
  };
  const supported = ({ organization, ...options }: TenantOptions = {}): TenantOptions => ({
    ...options,
    organization: { supportContact: SUPPORT, ...organization },
  });
  const make: Stage["make"] = async (kind, options) => {
    const tenant = await createTenantOf(usher, settingsOf(kind), supported(options));
    const authenticate: OpenIdTenant["authenticate"] = async (browser, person = personOf(kind)) =>
      await providers[kind].authorize(await tenant.begin(browser), person);
    return { ...tenant, callbackUrl: tenant.detail("redirectUrl"), authenticate };
  };
  const personOf = (kind: OpenIdKind): Person => {
    if (kind === "oidc") return makePerson("ada");
    return kind === "entra-id" ? entra.person() : google.person();
  };
  const makeSaml: Stage["makeSaml"] = ({ settings = {}, ...options } = {}) =>
    createSamlTenant(usher, saml, { settings, ...supported(options) });
  const kept = new Map<Kind, Promise<unknown>>();
  const keep = <Tenant>(kind: Kind, open: () => Promise<Tenant>): Promise<Tenant> => {
    const tenant = (kept.get(kind) as Promise<Tenant> | undefined) ?? open();
    kept.set(kind, tenant);
    return tenant;
  };
  return {
    usher,
    saml,
    providers,
    entra,
    google,
    graph,
    shared: (kind) => keep(kind, () => make(kind)),
    sharedSaml: () => keep("saml", () => makeSaml()),
    make,
    makeSaml,
    setClock: (of, seconds) => void (ahead[of] = seconds),
    close: async () => {
      await usher.stop();
      await Promise.all([oidc, entra, google, saml, graph].map((each) => each.close()));
    },
  };
}

/** What a person met at the end. */
export interface Ending {
  readonly page: Page;
  readonly browser: Browser;
  /** Whose attempts have the outcome. */
  readonly tenant: Pick<AnyTenant, "ask" | "attempts" | "events" | "slug">;
  /** Values that the attempt and the page must not have, in addition to those of the provider's log. */
  readonly secrets?: readonly string[];
}

/** One way to cause an outcome. */
export interface Case {
  readonly kind: Kind;
  readonly cause: (stage: Stage) => Promise<Ending>;
  /** What the attempt's detail says. */
  readonly detail?: RegExp;
  /** Usher cannot know the organization, so it records no attempt. */
  readonly unrecorded?: true;
}

/** An outcome that needs a broken installation, or minutes. Another test file causes it. */
export interface Elsewhere {
  readonly elsewhere: string;
}

/** How to cause an outcome. The test of all outcomes counts those without a test. */
export type Causes = Case | readonly Case[] | Elsewhere | "no test yet";

interface AboutFault {
  readonly kind?: OpenIdKind;
  readonly detail?: RegExp;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A provider that has a fault while a person comes back from it. */
export function fault(name: FaultName | null, { kind = "oidc", detail, claims }: AboutFault = {}): Case {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await stage.shared(kind);
    const provider = stage.providers[kind];
    const person = claims === undefined ? undefined : describe(stage, kind, claims);
    const browser = createBrowser();
    provider.setFault(name);
    try {
      const page = await browser.get(await tenant.authenticate(browser, person));
      return { page, browser, tenant };
    } finally {
      provider.setFault(null);
    }
  };
  return { kind, cause, ...(detail && { detail }) };
}

function describe(stage: Stage, kind: OpenIdKind, claims: Readonly<Record<string, unknown>>): Person {
  switch (kind) {
    case "oidc":
      return makePerson("ada", claims);
    case "entra-id":
      return stage.entra.person(claims);
    case "google-workspace":
      return stage.google.person(claims);
  }
}

/** A provider that has a fault when Usher opens the connection, at the start of a sign-in. */
export function faultAtStart(name: FaultName, detail?: RegExp): Case {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await stage.make("oidc");
    // A changed connection is opened anew.
    await tenant.updateConnection({ displayName: "Opened anew" });
    const browser = createBrowser();
    const { oidc: provider } = stage.providers;
    provider.setFault(name);
    try {
      return { page: await browser.get(tenant.startUrl), browser, tenant };
    } finally {
      provider.setFault(null);
    }
  };
  return { kind: "oidc", cause, ...(detail && { detail }) };
}

type Changes = Partial<ResponseContent>;

/** A SAML provider whose response has these changes. */
export function response(changes: Changes | ((stage: Stage) => Changes), detail?: RegExp): Case {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await stage.sharedSaml();
    const browser = createBrowser();
    const page = await tenant.signIn(browser, "p-1001", typeof changes === "function" ? changes(stage) : changes);
    return { page, browser, tenant };
  };
  return { kind: "saml", cause, ...(detail && { detail }) };
}

/** A SAML provider that answers with an error. */
export function errorStatus(subStatus: string | null, statusMessage: string | null, top = "Responder"): Case {
  const uri = (name: string) => `urn:oasis:names:tc:SAML:2.0:status:${name}`;
  const detail = new RegExp(statusMessage?.slice(0, 12) ?? subStatus ?? top);
  return response(
    { status: uri(top), subStatus: subStatus && uri(subStatus), statusMessage, hasAssertion: false },
    detail,
  );
}

/** A form that is posted to the ACS. */
export function form(
  makeFields: (stage: Stage, tenant: SamlTenant, browser: Browser) => Promise<Record<string, string>>,
) {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await stage.sharedSaml();
    const browser = createBrowser();
    const page = await tenant.post(browser, await makeFields(stage, tenant, browser));
    return { page, browser, tenant };
  };
  return { kind: "saml", cause } satisfies Case;
}
