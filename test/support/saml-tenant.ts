/** An organization with one active SAML connection to the stand-in provider, and a browser that carries its messages. */
import type { Browser, Page } from "../../testing/browser.js";
import type { AuthnRequest, PostedAnswer, ResponseContent, SamlProvider } from "./providers/saml/index.js";
import { createTenantOf, type AnyTenant, type Installation, type TenantOptions } from "./tenant.js";

/** Changes of the usual response. */
type Changes = Partial<ResponseContent>;

export interface SamlTenant extends Omit<AnyTenant, "detail"> {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Starts a sign-in and returns the request that the browser would carry to the provider. */
  readonly request: (browser: Browser, query?: string) => Promise<AuthnRequest>;
  /** Starts a sign-in and returns the message that the browser would post for the provider. */
  readonly authenticate: (browser: Browser, personId?: string, changes?: Changes) => Promise<PostedAnswer>;
  /** Posts a form to the ACS from the provider's page, and returns the redirect without following it. */
  readonly post: (browser: Browser, fields: Readonly<Record<string, string>>, acsUrl?: string) => Promise<Page>;
  /** Signs in completely, and returns the last page. */
  readonly signIn: (browser: Browser, personId?: string, changes?: Changes) => Promise<Page>;
}

/** Makes the tenant. The settings contain the provider's metadata, unless they contain its URL. */
export async function createSamlTenant(
  installation: Installation,
  provider: SamlProvider,
  { settings, ...options }: TenantOptions & { readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<SamlTenant> {
  const source = settings?.["metadataUrl"] === undefined ? { metadataXml: provider.metadataXml() } : {};
  const { detail, ...tenant } = await createTenantOf(installation, { saml: { ...source, ...settings } }, options);
  const acsUrl = detail("acsUrl");
  const request: SamlTenant["request"] = async (browser, query) =>
    provider.readRequest(await tenant.begin(browser, query));
  const authenticate: SamlTenant["authenticate"] = async (browser, personId = "p-1001", changes) =>
    provider.answer(await request(browser), personId, changes);
  const fromProvider = { from: provider.signOnUrl };
  return {
    ...tenant,
    entityId: detail("entityId"),
    acsUrl,
    request,
    authenticate,
    post: (browser, fields, to = acsUrl) => browser.post(to, fields, { ...fromProvider, follow: false }),
    signIn: async (browser, personId, changes) => {
      const { fields } = await authenticate(browser, personId, changes);
      return await browser.post(acsUrl, fields as Record<string, string>, fromProvider);
    },
  };
}
